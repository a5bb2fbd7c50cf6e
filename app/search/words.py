"""Text to words, tags and mentions: the one place that says what counts as a word, for every engine alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from ..core.entities import Entity, Kind, find_entities
from ..core.text import normalize

LONGEST_WORD = 64
# Letters that are a variant of another one to a reader, but not to Unicode.
_VARIANTS = str.maketrans(
    {
        "\N{LATIN SMALL LETTER O WITH STROKE}": "o",
        "\N{LATIN SMALL LETTER L WITH STROKE}": "l",
        "\N{LATIN SMALL LETTER D WITH STROKE}": "d",
        "\N{LATIN SMALL LETTER AE}": "ae",
        "\N{LATIN SMALL LIGATURE OE}": "oe",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    }
)
# Accents proper, and the optional vowel signs of Hebrew and Arabic. The marks of Indian scripts are letters.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670]")
# Scripts that are written without spaces: Thai to Khmer, kana, Han, Hangul (which also joins words).
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_HALF_WIDTH_MARKS = "\uff9e\uff9f"
_ASCII_WORD = re.compile(r"\w+")
# What a name (`@"user name"`) or a tag (`#C++`) may hold besides the characters of a term of the index.
_SIGN = re.compile(r"[\s!-,/:-@\[-^`{-~]")
_TAG_SIGN = re.compile(r"([+#])")
NO_WORD, WORD, UNIT, SYMBOL = range(4)


@dataclass(frozen=True)
class Token:
    """A word in its uniform form, where it stands in the text, and whether it is one unit of an unspaced script.

    A run of n such units gives n tokens: n - 1 pairs and, last, the final unit `alone`. So each part of two units or
    more is a phrase of pairs, and each single unit is the beginning of a token.
    """

    text: str
    start: int
    end: int
    alone: bool = False


def fold(text: str) -> str:
    """The uniform form of a text: without case, accents, character width and what is neither letter nor digit."""
    return "".join(_fold_cluster(text[start:end])[0] for start, end in _clusters(text))


def tokens(text: str) -> list[Token]:
    """The words of a text in order, regardless of case, accents and character width."""
    if text.isascii():
        lower = text.lower()
        return [Token(m.group()[:LONGEST_WORD], m.start(), m.end()) for m in _ASCII_WORD.finditer(lower)]
    return list(_tokens(text))


def words_of(text: str) -> list[str]:
    """The same without their places."""
    return [token.text for token in tokens(text)]


def marks_of(text: str) -> set[str]:
    """What a text has besides words: `#tag` and `@name` in uniform form, and `has=link`."""
    return {mark for mark, _, _ in entities(text)}


def entities(text: str) -> Iterator[tuple[str, int, int]]:
    """The tags, mentions and links of a text as marks, with their places."""
    for entity in find_entities(text):
        yield mark_of(entity), entity.start, entity.end


def mark_of(entity: Entity) -> str:
    """Return the term under which a tag, mention or link is in the index; it holds no white space."""
    if entity.kind is Kind.LINK:
        return "has=link"
    if entity.kind is Kind.MENTION:
        return f"@{_SIGN.sub(_encoded, entity.value.lower())}"
    pieces = (
        _SIGN.sub(_encoded, piece) if _SIGN.match(piece) else fold(piece) for piece in _TAG_SIGN.split(entity.value)
    )
    return f"#{''.join(pieces) or entity.value}"


def _encoded(sign: re.Match[str]) -> str:
    # Engines divide marks at white space, and some at every sign that the marks of other things don't have.
    return f"={ord(sign.group()):x}"


def _tokens(text: str) -> Iterator[Token]:
    run: list[tuple[str, int, int]] = []
    kind_of_run = NO_WORD
    for start, end in _clusters(text):
        folded, kind = _fold_cluster(text[start:end])
        if kind != kind_of_run or kind == SYMBOL:
            yield from _tokens_of_run(run, kind_of_run)
            run, kind_of_run = [], kind
        run.append((folded, start, end))
    yield from _tokens_of_run(run, kind_of_run)


def _tokens_of_run(run: list[tuple[str, int, int]], kind: int) -> Iterator[Token]:
    if kind == NO_WORD or not run:
        return
    if kind != UNIT:
        yield Token("".join(folded for folded, _, _ in run)[:LONGEST_WORD], run[0][1], run[-1][2])
        return
    for (first, start, _), (second, _, end) in pairwise(run):
        yield Token(first + second, start, end)
    yield Token(*run[-1], alone=True)


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Where each character stands together with the marks that follow it."""
    start = 0
    for position, character in enumerate(text):
        if position and not _is_mark(character):
            yield start, position
            start = position
    if text:
        yield start, len(text)


@lru_cache(maxsize=4096)
def _is_mark(character: str) -> bool:
    return character in _HALF_WIDTH_MARKS or unicodedata.category(character).startswith("M")


@lru_cache(maxsize=8192)
def _fold_cluster(cluster: str) -> tuple[str, int]:
    """The uniform form of a character with its marks, and which kind of word it belongs to."""
    uniform = normalize(cluster, "NFKC").casefold()
    if _UNSPACED.match(uniform):
        return "".join(uniform.split()), UNIT
    bare = _ACCENTS.sub("", normalize(uniform, "NFKD")).translate(_VARIANTS)
    composed = normalize(bare)
    if any(character.isalnum() or character == "_" for character in composed):
        # What is left of ASCII punctuation ("(1)" in one character) would divide the word in some engines.
        return "".join(c for c in composed if c.isalnum() or c == "_" or _is_mark(c)), WORD
    if unicodedata.category(cluster[0]) == "So":
        return composed, SYMBOL
    return "", NO_WORD
