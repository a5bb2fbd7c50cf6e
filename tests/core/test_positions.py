"""Positions in lists, read from what stands in an address."""

from __future__ import annotations

import pytest

from app.core.paging import LARGEST_ID, LARGEST_PAGE, Position, whole_number


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 1), ("007", 7), (str(LARGEST_ID), LARGEST_ID), (str(LARGEST_ID + 1), None), ("0", None), ("-1", None),
     ("+1", None), ("1.0", None), (" 1", None), ("1e3", None), ("", None), (None, None), ("x", None),
     ("\N{SUPERSCRIPT TWO}", None), ("\N{ARABIC-INDIC DIGIT TWO}", None), ("9" * 5000, None)],
)  # fmt: skip
def test_a_whole_number_is_one_or_more_in_plain_digits(text: str | None, expected: int | None) -> None:
    assert whole_number(text, LARGEST_ID) == expected


@pytest.mark.parametrize(
    ("before", "after", "number", "arguments"),
    [
        (None, None, None, {}),
        ("5", None, None, {"before": 5}),
        (None, "5", None, {"after": 5}),
        (None, None, "5", {"page": 5}),
        (None, None, "1", {}),
        ("x", "y", "z", {}),
        (None, None, str(LARGEST_PAGE + 1), {"page": LARGEST_PAGE + 1}),
        (None, None, "9" * 500, {"page": LARGEST_PAGE + 1}),
        ("5", "6", "7", {"before": 5}),
    ],
)
def test_a_position_comes_from_an_address_and_goes_back_into_one(
    before: str | None, after: str | None, number: str | None, arguments: dict[str, int]
) -> None:
    assert Position.parse(before, after, number).arguments() == arguments
