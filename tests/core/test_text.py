"""What people type is made uniform, measured as a reader counts, and refused if it cannot be shown."""

from __future__ import annotations

import time
import unicodedata
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.characters import is_invisible
from app.core.errors import Invalid
from app.core.text import (
    CODE_POINTS_PER_CHARACTER,
    MAX_COMBINING_RUN,
    clean,
    is_blank,
    is_unprintable,
    length_of,
    limit_mark_runs,
    normalize,
    uniform_text,
)

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


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u2003\u00a0", "\u2028"])
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


BODY = 256 * 1024
ACUTE, DOT_BELOW = "\N{COMBINING ACUTE ACCENT}", "\N{COMBINING DOT BELOW}"
# Each sorts in quadratic time when it is normalised, the last two by their decompositions alone.
MARKS = (ACUTE + DOT_BELOW, ACUTE * (BODY // 2) + DOT_BELOW * (BODY // 2), "\u0f73", "\uff9e" + DOT_BELOW)


@pytest.mark.parametrize("marks", MARKS, ids=("alternating", "two runs", "tibetan", "half width"))
@pytest.mark.parametrize("limit", [280, 5000, BODY])
def test_runs_of_marks_are_refused_in_linear_time(marks: str, limit: int) -> None:
    text = f"x{marks}" if len(marks) > BODY // 4 else "x" + marks * (BODY // len(marks))
    begun = time.process_time()
    with pytest.raises(Invalid):
        clean(text, "field", limit)
    for form in ("NFC", "NFKD"):
        assert len(normalize(text, form)) < 5 * MAX_COMBINING_RUN
    assert time.process_time() - begun < 1.5


@pytest.mark.parametrize(
    "character", ["\u1100", "\u1161", "\u0915\u094d", "\U0001f468\u200d", "\U0001f1e9", "\ufe0f", "\0", "\ufdfa"]
)
def test_clean_takes_linear_time(character: str) -> None:
    begun = time.process_time()
    for limit in (280, 5000):
        try:
            clean(character * (BODY // len(character)), "field", limit)
        except Invalid:
            continue
    assert time.process_time() - begun < 0.5


def test_marks_on_one_character_are_bounded_in_order() -> None:
    most = "e" + (ACUTE + DOT_BELOW) * (MAX_COMBINING_RUN // 2)
    assert limit_mark_runs(most) == most
    assert limit_mark_runs(most + ACUTE * 5 + "x" + ACUTE) == most + "x" + ACUTE
    assert clean(most, "field", 280) == unicodedata.normalize("NFC", most)
    with pytest.raises(Invalid, match="marks on it"):
        clean(most + ACUTE, "field", 280)


def test_uniform_text_cuts_marks_that_clean_refuses() -> None:
    assert uniform_text("e" + ACUTE * 99, lines=True) == unicodedata.normalize("NFC", "e" + ACUTE * MAX_COMBINING_RUN)


def test_long_text_is_refused_before_it_is_normalised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.text.unicodedata", SimpleNamespace(category=unicodedata.category))
    with pytest.raises(Invalid, match="too long"):
        clean("\u00e9" * 5000, "field", 280)


INVISIBLE = [
    *("\u200b", "\u2800", "\u3164", "\u00ad", "\u2060\ufeff", "\u115f\u1160", "\uffa0", "\u034f", "\u180e", "\u061c"),
    *("\u200e\u200f", "\u2066\u2069", "\ufe0f", "\u200d", "\U000e0100", "\U000e0041\U000e007f", "\u17b4", "\ufff9"),
    *("\U0001d173", "\U0001d159", "\u3000\u00a0\u1680", "\U00013430", "\U00016fe4"),
]


@pytest.mark.parametrize("lines", [True, False])
@pytest.mark.parametrize("text", INVISIBLE)
def test_text_that_nobody_sees_is_blank(text: str, lines: bool) -> None:
    assert is_blank(text)
    with pytest.raises(Invalid, match="Write something first"):
        clean(f" {text}\n{text} ", "field", 280, lines=lines)


@given(st.text(st.characters(categories=["Cf", "Zs", "Zl", "Zp", "Mn", "Lo", "So"]), min_size=1, max_size=8))
@settings(max_examples=300, derandomize=True, deadline=None)
def test_clean_loses_nothing_that_is_visible(text: str) -> None:
    def visible(value: str) -> str:
        return "".join(each for each in unicodedata.normalize("NFC", value) if not is_invisible(each))

    if "\N{REPLACEMENT CHARACTER}" in text or any(map(is_unprintable, text)):
        return
    try:
        cleaned = clean(text, "field", 280, lines=True)
    except Invalid:
        assert is_blank(text)
    else:
        assert visible(cleaned) == visible(text)
        assert clean(cleaned, "field", 280, lines=True) == cleaned


HEART = "\u2764\ufe0f"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"\u200b {HEART}\u2060 ", HEART),
        (f"\ufe0f{HEART}", HEART),
        ("\u0d15\u0d4d\u200d\u3164", "\u0d15\u0d4d\u200d"),
        ("\u115f\u1161", "\u115f\u1161"),
        ("\u2800 a\u2800b \u2800", "a\u2800b"),
        ("\u200fa\u200f", "\u200fa\u200f"),
        ("a\u2028b", "a\nb"),
        ("\u0661\u06dd\u200b", "\u0661\u06dd"),
    ],
)
def test_invisible_characters_at_the_ends_go_unless_they_belong_to_one(text: str, expected: str) -> None:
    assert clean(text, "field", 10, lines=True) == expected


TALL = [
    *(FAMILY, "\U0001f469\U0001f3fd\u200d\u2764\ufe0f\u200d\U0001f48b\u200d\U0001f468\U0001f3ff"),
    *("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "1\ufe0f\u20e3"),
    *("\u0f67\u0f90\u0fb5\u0fa8\u0fb3\u0fba\u0fbc\u0fbb\u0f82", "\u0e17\u0e35\u0e48", "\u0bb8\u0bcd\u0bb0\u0bc0"[:2]),
    *(
        "\u0930\u094d\u0924\u094d\u0938\u094d\u0928\u094d\u092f",
        "\u05e9\u05c1\u05bc\u05b8\u05bd",
        "o\u0302\u0323\u0300",
    ),
]


@pytest.mark.parametrize("character", TALL)
def test_one_character_of_a_real_script_is_one(character: str) -> None:
    assert length_of(character, 280) == 1
    assert clean(character * 10, "field", 10)


@pytest.mark.parametrize(
    "unit", ["\u1100", "\u0301", "\u0e35", "\u200d\U0001f468", "\U000e0041", "\u0915\u094d", "\ufe0f"]
)
@pytest.mark.parametrize("times", [30, 100, 2800])
def test_character_without_end_counts_as_all_its_code_points(unit: str, times: int) -> None:
    text = "\u1100" + unit * times
    assert length_of(text, 280) > times * len(unit) / CODE_POINTS_PER_CHARACTER
    with pytest.raises(Invalid):
        clean(text, "field", 20)
