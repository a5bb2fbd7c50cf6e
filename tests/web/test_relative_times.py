"""Relative times: the past is worded as past, the future as future, in the nearest unit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from babel import Locale
from flask import Flask
from flask_babel import force_locale
from hypothesis import given, settings
from hypothesis import strategies as st

from app.web import times
from app.web.times import format_relative, largest_unit, worded

SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
FUTURE = {"en": re.compile(r"in (\d+) (minute|hour|day)s?"), "es": re.compile(r"dentro de (\d+) (minuto|hora|día)s?")}
PAST = {"en": re.compile(r"(\d+) (minute|hour|day)s? ago"), "es": re.compile(r"hace (\d+) (minuto|hora|día)s?")}
UNITS = {"minuto": "minute", "hora": "hour", "día": "day"}


@pytest.fixture(params=["en", "es"])
def language(request: pytest.FixtureRequest, app: Flask) -> Iterator[str]:
    """A language in which the page is written."""
    with app.test_request_context(), force_locale(request.param):
        yield request.param


def test_every_distance_has_its_sign_and_the_nearest_unit(language: str) -> None:
    locale = Locale.parse(language)

    @settings(max_examples=200, derandomize=True, deadline=None)
    @given(st.floats(min_value=times.NOW_SECONDS, max_value=29 * 86400), st.booleans())
    def check(distance: float, ahead: bool) -> None:
        words = format_relative(distance if ahead else -distance, locale)
        match = (FUTURE if ahead else PAST)[language].fullmatch(str(words))
        assert match, words
        unit, count = UNITS.get(match[2], match[2]), int(match[1])
        assert (unit, count) == largest_unit(distance)
        assert abs(count * SECONDS[unit] - distance) <= SECONDS[unit] / 2
        assert count < {"minute": 60, "hour": 24, "day": 31}[unit]

    check()


@pytest.mark.parametrize(
    ("distance", "unit", "count"),
    [
        (timedelta(seconds=59), "minute", 1),
        (timedelta(minutes=49, seconds=59), "minute", 50),
        (timedelta(minutes=59, seconds=29), "minute", 59),
        (timedelta(minutes=59, seconds=30), "hour", 1),
        (timedelta(minutes=89), "hour", 1),
        (timedelta(hours=23, minutes=29), "hour", 23),
        (timedelta(hours=23, minutes=59), "day", 1),
        (timedelta(days=6, hours=23, minutes=59, seconds=59), "day", 7),
        (timedelta(days=30), "day", 30),
    ],
)
def test_a_distance_near_the_next_unit_is_rounded_into_it(distance: timedelta, unit: str, count: int) -> None:
    assert largest_unit(distance.total_seconds()) == (unit, count)


@pytest.mark.parametrize("seconds", [0.001, 1, 44.9])
def test_less_than_a_minute_tells_ahead_from_behind(language: str, seconds: float) -> None:
    locale = Locale.parse(language)
    ahead, behind = format_relative(seconds, locale), format_relative(-seconds, locale)
    assert ahead != behind
    assert ahead == {"en": "in less than a minute", "es": "en menos de un minuto"}[language]


@pytest.mark.parametrize("days", [-31, 31, -400, 400])
def test_a_moment_more_than_a_month_away_is_a_date(language: str, days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 7, 1, 12, tzinfo=UTC)
    monkeypatch.setattr(times, "utc_now", lambda: now)
    moment = worded(now + timedelta(days=days))
    assert moment.is_date
    assert str((now + timedelta(days=days)).year) in moment.relative
