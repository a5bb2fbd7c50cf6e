"""Properties of characters that Python's `re` has no names for: marks, word characters, and what nobody can see."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

ZWNJ, ZWJ = "\u200c", "\u200d"
# Letters and marks lie below this, but for the selectors of Han variants and what has no marks (Han).
_END_OF_MARKS = 0x20000
_HAN_VARIATION_SELECTORS = "\U000e0100-\U000e01ef"
# Letters to Unicode (Lo), a blank to the reader: the fillers of Hangul.
FILLERS = "\u115f\u1160\u3164\uffa0"
# Connector punctuation (Pc) besides the underscore.
_CONNECTORS = "\u203f\u2040\u2054\ufe33\ufe34\ufe4d-\ufe4f\uff3f"
# Between two letters these are part of a word: joiners, middle dots (Catalan, Greek, katakana), geresh, tsheg.
INSIDE_WORDS = f"{ZWNJ}{ZWJ}\u00b7\u0387\u05f3\u05f4\u0f0b\u30fb\uff65"
# Format characters that are visible: signs of Arabic, Syriac and Kaithi that stand before or around numbers.
_VISIBLE_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
# Default_Ignorable_Code_Point (DerivedCoreProperties.txt), which `unicodedata` lacks. Programs show nothing for them.
_IGNORABLE = (
    *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
    *((0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)
# Characters of other categories whose picture is empty: braille without dots, a blank of Egyptian, Khitan and of music.
_EMPTY_PICTURES = frozenset("\u2800\U00013441\U00013442\U00013443\U00013444\U00013445\U00013446\U00016fe4\U0001d159")
_BLANK_CATEGORIES = ("Cc", "Cf", "Zs", "Zl", "Zp")


def _ranges(characters: Iterator[int]) -> str:
    """Return the inside of a character class of `re` for code points in ascending order."""
    parts: list[list[int]] = []
    for code in characters:
        if parts and parts[-1][1] == code - 1:
            parts[-1][1] = code
        else:
            parts.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in parts)


MARKS = _ranges(code for code in range(0x300, _END_OF_MARKS) if unicodedata.category(chr(code))[0] == "M")
# One character of a word, as a pattern: letters, digits and connectors of every script, and the marks on them.
WORD = rf"(?:[^\W{FILLERS}]|[{MARKS}{_HAN_VARIATION_SELECTORS}{_CONNECTORS}])"


@lru_cache(maxsize=4096)
def is_invisible(character: str) -> bool:
    """Return whether a reader sees nothing of this character: white space, controls, what is ignorable or empty."""
    if character in _VISIBLE_FORMATS:
        return False
    code = ord(character)
    return (
        unicodedata.category(character) in _BLANK_CATEGORIES
        or character in _EMPTY_PICTURES
        or any(first <= code <= last for first, last in _IGNORABLE)
    )


@lru_cache(maxsize=4096)
def is_cased(character: str) -> bool:
    """Return whether this is a letter of an alphabet with capital and small letters."""
    return unicodedata.category(character) in ("Lu", "Ll", "Lt")


@lru_cache(maxsize=4096)
def is_uncased_letter(character: str) -> bool:
    """Return whether this is a letter of a script without capitals: Han, kana, Hangul, Thai, Arabic, Indic."""
    # Below the first marks Lo has only letters of the Latin alphabet.
    return character > "\u0300" and unicodedata.category(character) == "Lo"
