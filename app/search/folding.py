"""The uniform form of single characters: what case, accents, character width and invisible characters come to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from ..core.text import normalize

NO_WORD, WORD, UNIT, SYMBOL = range(4)
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
# In Cyrillic a mark makes another letter of the alphabet, but for these, which are written without it as often.
_CYRILLIC_VARIANTS = str.maketrans(
    {
        "\N{CYRILLIC SMALL LETTER IO}": "\N{CYRILLIC SMALL LETTER IE}",
        "\N{CYRILLIC SMALL LETTER IE WITH GRAVE}": "\N{CYRILLIC SMALL LETTER IE}",
        "\N{CYRILLIC SMALL LETTER I WITH GRAVE}": "\N{CYRILLIC SMALL LETTER I}",
    }
)
_CYRILLIC = re.compile("[\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f]")
# Accents proper, and the optional vowel signs of Hebrew and Arabic. The marks of Indian scripts are letters.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")
# Scripts that are written without spaces: Thai to Khmer, kana, Han, Hangul (which also joins words).
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_HALF_WIDTH_MARKS = "\uff9e\uff9f"
# Invisible, though Unicode counts them as marks or letters and not as format characters: the grapheme joiner, Hangul
# fillers, Khmer inherent vowels, Mongolian and general variation selectors. And lines that only widen a word.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]|[\u0640\u07fa\u180a]"
)


def fold(text: str) -> str:
    """Return the uniform form of a text: without case, accents, width and what is neither letter nor digit."""
    return "".join(fold_cluster(text[start:end])[0] for start, end in clusters(text))


def clusters(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each character stands together with the marks and invisible characters that follow it."""
    start = 0
    for position, character in enumerate(text):
        if position and not _is_attached(character):
            yield start, position
            start = position
    if text:
        yield start, len(text)


@lru_cache(maxsize=4096)
def _is_attached(character: str) -> bool:
    return _is_mark(character) or is_invisible(character)


@lru_cache(maxsize=4096)
def _is_mark(character: str) -> bool:
    return character in _HALF_WIDTH_MARKS or unicodedata.category(character).startswith("M")


@lru_cache(maxsize=4096)
def is_invisible(character: str) -> bool:
    """Whether a character changes nothing about which word a reader sees."""
    return unicodedata.category(character) == "Cf" or bool(_INVISIBLE.match(character))


@lru_cache(maxsize=8192)
def fold_cluster(cluster: str) -> tuple[str, int]:
    """Return the uniform form of a character with its marks, and which kind of word it belongs to."""
    visible = "".join(character for character in cluster if not is_invisible(character))
    uniform = normalize(normalize(visible, "NFKC").casefold())
    if _UNSPACED.match(uniform):
        return "".join(uniform.split()), UNIT
    composed = _without_accents(uniform)
    if any(character.isalnum() or character == "_" for character in composed):
        # What is left of ASCII punctuation ("(1)" in one character) would divide the word in some engines.
        return "".join(c for c in composed if c.isalnum() or c == "_" or _is_mark(c)), WORD
    if visible and unicodedata.category(visible[0]) == "So":
        return composed, SYMBOL
    return "", NO_WORD


def _without_accents(uniform: str) -> str:
    if _CYRILLIC.match(uniform):
        return _ACCENTS.sub("", uniform).translate(_CYRILLIC_VARIANTS)
    return normalize(_ACCENTS.sub("", normalize(uniform, "NFKD")).translate(_VARIANTS))


@lru_cache(maxsize=4096)
def case_of(character: str) -> str:
    """Return one letter for the kind of a character: U(pper), l(ower), d(igit), _ or o(ther)."""
    if character == "_":
        return "_"
    return {"Lu": "U", "Lt": "U", "Ll": "l", "Nd": "d"}.get(unicodedata.category(character), "o")
