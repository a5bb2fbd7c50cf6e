"""Names of accounts in the one form in which they are stored, compared and looked up."""

from __future__ import annotations

import unicodedata

from .text import limit_mark_runs, normalize

# Longer texts are nobody's name in any normal form, so that no work is done for them.
MAX_CODE_POINTS = 256
ZERO_WIDTH_JOINERS = frozenset("\u200c\u200d")
# Format characters that are seen: signs of Arabic, Syriac and Kaithi that stand around a number.
SEEN = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
# Characters that Unicode calls letters or symbols and that show nothing (Default_Ignorable_Code_Point), and the empty
# pattern of Braille. Of the others the category tells.
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")


def normal_name(name: str) -> str:
    """Return a name as it is stored: composed (NFC), one kind of space, nothing invisible except inside words.

    A joiner between two letters or symbols stays: Persian needs it, and so do emoji of several parts.
    """
    text = " ".join(limit_mark_runs(name[:MAX_CODE_POINTS]).split())
    kept = [each for place, each in enumerate(text) if not _is_invisible(each) or _joins(text, place)]
    return " ".join(normalize("".join(kept)).split())


def name_key(name: str) -> str:
    """Return the form by which names are compared: two names with the same key look the same.

    Regardless of normal form, case, and every invisible character.
    """
    if len(name) > MAX_CODE_POINTS:
        return ""
    lower = normalize(normal_name(name)).lower()
    return normalize("".join(each for each in lower if not _is_invisible(each) and not _is_selector(each)))


def _joins(text: str, place: int) -> bool:
    character = text[place]
    if character not in ZERO_WIDTH_JOINERS or not 0 < place < len(text) - 1:
        return False
    return all(
        not each.isascii() and not each.isspace() and not _is_invisible(each)
        for each in (text[place - 1], text[place + 1])
    )


def _is_invisible(character: str) -> bool:
    """Whether a character shows nothing of itself; variation selectors change what is before them, so they do."""
    if character in SEEN:
        return False
    return character in BLANKS or unicodedata.category(character) in ("Cf", "Zl", "Zp")


def _is_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
