"""What people type: bounded, made uniform, checked for what cannot be shown, measured as a reader counts.

Everything here takes linear time, whatever the text: lengths are judged first, and runs of combining marks are bounded
before `unicodedata.normalize`, which sorts each run in quadratic time while it holds the interpreter's lock.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Literal

from wcwidth import iter_graphemes

from .characters import is_invisible
from .errors import Invalid, mark

# A reader's character may be built from many code points (emoji of a couple 10, stacks of Tibetan 11). In one that has
# more, which is an attack on the page and no script, each code point counts. static/js/length.js does the same.
CODE_POINTS_PER_CHARACTER = 16
# As many marks in a row as the Stream-Safe Text Format (UAX #15) allows; no script needs more.
MAX_COMBINING_RUN = 30
ALLOWED_CONTROLS = frozenset("\n\t")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Marks that change the direction of what follows them, which could make a name or a link read as another.
OVERRIDES = frozenset("\u202a\u202b\u202d\u202e\u202c")
# Invisible marks and isolates that say in which direction the text beside them runs: not to be lost at its ends.
DIRECTIONS = frozenset("\u061c\u200e\u200f\u2066\u2067\u2068\u2069")
_LINE_BREAKS = str.maketrans({"\r": "\n", "\N{LINE SEPARATOR}": "\n", "\N{PARAGRAPH SEPARATOR}": "\n"})


def clean(text: str, field: str, limit: int, *, lines: bool = False) -> str:
    """`text` in composed form without blanks around it; raises Invalid if it is blank, too long, or cannot be shown.

    `limit` counts characters as a reader does (graphemes). Line breaks are kept only where `lines` is true.
    """
    typed = _tidy_spaces(text, lines=lines)
    refuse_long(typed, field, limit)
    refuse_mark_runs(typed, field)
    uniform = _tidy_spaces(unicodedata.normalize("NFC", typed), lines=lines)
    refuse_unprintable(uniform, field)
    if is_blank(uniform):
        raise Invalid(mark("Write something first."), field)
    length = length_of(uniform, limit)
    if length > limit:
        raise too_long(field, length, limit)
    return uniform


def refuse_long(text: str, field: str, limit: int) -> None:
    """Raise Invalid if `text` has so many code points that it cannot be `limit` characters. Judges the length alone."""
    if len(text) > limit * CODE_POINTS_PER_CHARACTER:
        raise too_long(field, len(text), limit)


def refuse_mark_runs(text: str, field: str) -> None:
    """Raise Invalid if one character of `text` has more marks on it than any script needs."""
    if _has_long_mark_run(text):
        raise Invalid(
            mark("One character has more than %(limit)d marks on it. Remove some of them and try again."),
            field,
            limit=MAX_COMBINING_RUN,
        )


def limit_mark_runs(text: str) -> str:
    """Return `text` with runs of combining marks cut to MAX_COMBINING_RUN, for texts that nobody here has typed."""
    if not _has_long_mark_run(text):
        return text
    kept, run = [], 0
    for character in text:
        run = run + 1 if _is_non_starter(character) else 0
        if run <= MAX_COMBINING_RUN:
            kept.append(character)
    return "".join(kept)


def normalize(text: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"] = "NFC") -> str:
    """Return a Unicode normal form of `text` in linear time; runs of marks beyond the bound are cut.

    The one way to normalise text that comes from outside.
    """
    return unicodedata.normalize(form, limit_mark_runs(text))


def uniform_text(text: str, *, lines: bool) -> str:
    """Composed form (NFC), line breaks as one character or as a space, nothing invisible at the ends."""
    return _tidy_spaces(normalize(_tidy_spaces(text, lines=lines)), lines=lines)


def _tidy_spaces(text: str, *, lines: bool) -> str:
    return _trim(text.replace("\r\n", "\n").translate(_LINE_BREAKS) if lines else " ".join(text.split()))


def _trim(text: str) -> str:
    """Return `text` without what nobody sees at its ends; a joiner or selector that belongs to a character stays."""
    last = len(text) - 1
    while last >= 0 and _is_trimmed(text[last]):
        last -= 1
    if last < 0:
        return ""
    end = last + len(next(iter_graphemes(text[last:]))) if last < len(text) - 1 else len(text)
    start = 0
    if _is_trimmed(text[0]):
        for character in iter_graphemes(text):
            if not all(map(_is_trimmed, character)):
                break
            start += len(character)
    return text[start:end]


def _is_trimmed(character: str) -> bool:
    # Control characters stay, to be refused with a message, but for white space.
    is_control = unicodedata.category(character) == "Cc" and not character.isspace()
    return is_invisible(character) and not is_control and character not in DIRECTIONS


def is_blank(text: str) -> bool:
    """Return whether a reader sees nothing of `text`."""
    return all(map(is_invisible, text))


def _has_long_mark_run(text: str) -> bool:
    if text.isascii():
        return False
    run = 0
    for character in text:
        run = run + 1 if _is_non_starter(character) else 0
        if run > MAX_COMBINING_RUN:
            return True
    return False


@lru_cache(maxsize=4096)
def _is_non_starter(character: str) -> bool:
    # Some characters (U+0F73, U+FF9E) are starters themselves and are decomposed into marks.
    return unicodedata.combining(unicodedata.normalize("NFKD", character)[0]) != 0


def too_long(field: str, length: int, limit: int) -> Invalid:
    """Return the error that a text of `length` does not fit into `limit`."""
    message = mark("This is too long by %(excess)d: at most %(limit)d characters fit.")
    return Invalid(message, field, excess=length - limit, limit=limit)


def refuse_unprintable(text: str, field: str) -> None:
    """Raise Invalid if `text` holds control characters, direction overrides, or bytes that were no text."""
    if REPLACEMENT in text:
        raise Invalid(mark("This is not valid text (UTF-8). Type it again, or save its source as UTF-8 first."), field)
    if any(is_unprintable(character) for character in text):
        raise Invalid(mark("This contains characters that cannot be shown. Remove them and try again."), field)


def printable(text: str) -> str:
    """`text` without what `refuse_unprintable` refuses, for texts that nobody here has typed."""
    return "".join(character for character in text if not is_unprintable(character))


def is_unprintable(character: str) -> bool:
    """Whether no text may hold this character; line breaks and tabs are fine."""
    if character in ALLOWED_CONTROLS:
        return False
    return character in OVERRIDES or unicodedata.category(character) in ("Cc", "Cs", "Co")


def length_of(text: str, limit: int) -> int:
    """Return the length in graphemes, of which one of too many code points counts as all of them.

    A text far over `limit` is measured in code points, which is quicker and no less.
    """
    if len(text) > limit * CODE_POINTS_PER_CHARACTER:
        return len(text)
    return sum(1 if len(each) <= CODE_POINTS_PER_CHARACTER else len(each) for each in iter_graphemes(text))
