"""What people type is made uniform, measured as a reader counts, and refused if it cannot be shown."""

from __future__ import annotations

import pytest

from app.core.errors import Invalid
from app.core.text import clean, length_of

FLAG = "\U0001f1e9\U0001f1ea"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


@pytest.mark.parametrize(
    ("text", "lines", "expected"),
    [
        (" a ", True, "a"),
        ("a\r\n\rb", True, "a\n\nb"),
        ("a\n b\t c", False, "a b c"),
        ("e\N{COMBINING ACUTE ACCENT}", True, "\N{LATIN SMALL LETTER E WITH ACUTE}"),
        ("\N{ANGSTROM SIGN}", True, "\N{LATIN CAPITAL LETTER A WITH RING ABOVE}"),
        ("\N{FULLWIDTH LATIN SMALL LETTER A}", True, "\N{FULLWIDTH LATIN SMALL LETTER A}"),
        ("a\u200db", True, "a\u200db"),
    ],
)
def test_text_is_made_uniform_and_nothing_more(text: str, lines: bool, expected: str) -> None:
    assert clean(text, "field", 10, lines=lines) == expected


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u2003\u00a0"])
def test_nothing_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="Write something first") as error:
        clean(text, "field", 10)
    assert error.value.field == "field"


@pytest.mark.parametrize(
    "character", ["\0", "\a", "\b", "\x1b", "\x7f", "\x85", "\u202a", "\u202e", "\ud800", "\ue000", "\U000f0000"]
)
def test_what_cannot_be_shown_is_refused(character: str) -> None:
    with pytest.raises(Invalid, match="cannot be shown"):
        clean(f"a{character}b", "field", 10, lines=True)


def test_what_was_no_text_is_refused_with_what_to_do() -> None:
    with pytest.raises(Invalid, match="UTF-8"):
        clean(b"caf\xe9".decode(errors="replace"), "field", 10)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("abc", 3),
        (FAMILY, 1),
        (FLAG * 3, 3),
        ("e\N{COMBINING ACUTE ACCENT}", 1),
        ("\u1112\u1161\u11ab", 1),
        ("a\nb", 3),
    ],
)
def test_length_is_what_a_reader_counts(text: str, length: int) -> None:
    assert length_of(text, 280) == length


@pytest.mark.parametrize(("text", "excess"), [("x" * 11, 1), (FAMILY * 12, 2), ("x" * 1000, 990)])
def test_too_long_says_by_how_much(text: str, excess: int) -> None:
    with pytest.raises(Invalid, match=f"too long by {excess}: at most 10"):
        clean(text, "field", 10)


def test_one_character_of_thousands_of_marks_is_too_long() -> None:
    with pytest.raises(Invalid, match="too long"):
        clean("x" + "\N{COMBINING ACUTE ACCENT}" * 5000, "field", 280)
