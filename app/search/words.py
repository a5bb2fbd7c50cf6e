"""Text to words and back: the one place that says what counts as a word, for every engine alike."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MOST_WORDS = 12
LONGEST_WORD = 64
# Scripts that are written without spaces: every character is a word of its own, so that any part of a text is found.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")


@dataclass(frozen=True)
class Query:
    """What is looked for: all of `words`; `shortened` is true when some of what was typed had to be left out."""

    words: tuple[str, ...]
    shortened: bool = False


def words_of(text: str) -> list[str]:
    """The words of a text in order, regardless of case, accents and character width."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))
    return [word[:LONGEST_WORD] for word in _WORD.findall(plain)]


def parse(text: str) -> Query:
    """The query that somebody typed; never an error, and never more than MOST_WORDS words."""
    found = list(dict.fromkeys(words_of(text)))
    return Query(tuple(found[:MOST_WORDS]), shortened=len(found) > MOST_WORDS)
