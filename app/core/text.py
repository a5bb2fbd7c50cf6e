"""What people type: made uniform, checked for what cannot be shown, measured as a reader counts."""

from __future__ import annotations

import unicodedata

from wcwidth import iter_graphemes

from .errors import Invalid, mark

# A reader's character may be built from many code points; more than this in one is an attack on the page, not a script.
CODE_POINTS_PER_CHARACTER = 16
ALLOWED_CONTROLS = frozenset("\n\t")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Marks that change the direction of what follows them, which could make a name or a link read as another.
OVERRIDES = frozenset("\u202a\u202b\u202d\u202e\u202c")


def clean(text: str, field: str, limit: int, *, lines: bool = False) -> str:
    """`text` in composed form without spaces around it; raises Invalid if it is empty, too long, or cannot be shown.

    `limit` counts characters as a reader does (graphemes). Line breaks are kept only where `lines` is true.
    """
    uniform = uniform_text(text, lines=lines)
    refuse_unprintable(uniform, field)
    if not uniform:
        raise Invalid(mark("Write something first."), field)
    length = length_of(uniform, limit)
    if length > limit:
        raise Invalid(
            mark("This is too long by %(excess)d: at most %(limit)d characters fit."),
            field,
            excess=length - limit,
            limit=limit,
        )
    return uniform


def uniform_text(text: str, *, lines: bool) -> str:
    """Composed form (NFC), line breaks as one character or as a space, no white space at the ends."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return composed.strip() if lines else " ".join(composed.split())


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
    """Length in graphemes; a text far over `limit` is measured in code points, which is quicker and no less."""
    if len(text) > limit * CODE_POINTS_PER_CHARACTER:
        return len(text)
    return sum(1 for _ in iter_graphemes(text))
