"""Times as pages word them: for machines, in full, and how long ago or ahead."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Literal, NamedTuple

from babel import Locale
from babel.dates import format_timedelta
from flask_babel import format_date, format_datetime, format_time, get_locale, get_timezone, gettext

from ..core.time import utc_now

Unit = Literal["minute", "hour", "day"]

NOW_SECONDS = 45
MINUTE_SECONDS, HOUR_SECONDS, DAY_SECONDS = 60, 3600, 86400
MAX_MINUTES, MAX_HOURS, MAX_DAYS = 59, 23, 30
TIMES_KEPT = 1024


class Worded(NamedTuple):
    """A moment as the reader of the page understands it.

    `full` has date, time and time zone; without a choice of the reader's, the page's script puts in the device's own.
    `relative` says how long ago, or in how long; more than a month away it is the date, and then `is_date` is true.
    `short` is the same for narrow screens, such as "5m".
    """

    iso: str
    full: str
    relative: str
    short: str
    is_date: bool


def worded(moment: datetime) -> Worded:
    """The words for a moment, in the language and time zone of the page."""
    # Asked for once, because the three parts of 25 posts a page would ask a hundred times.
    locale, zone = get_locale(), get_timezone()
    full = _full(moment, locale, zone)
    seconds = (moment - utc_now()).total_seconds()
    relative = format_relative(seconds, locale)
    if relative is None:
        date = _date(moment, locale, zone)
        return Worded(moment.isoformat(), full, date, date, is_date=True)
    return Worded(moment.isoformat(), full, relative, _short(*largest_unit(abs(seconds)), locale), is_date=False)


def format_relative(seconds: float, locale: Locale) -> str | None:
    """Return the words for a moment this many seconds ahead, or behind if negative; None beyond a month."""
    distance = abs(seconds)
    if distance < NOW_SECONDS:
        return str(gettext("in less than a minute") if seconds > 0 else gettext("just now"))
    unit, count = largest_unit(distance)
    if unit == "day" and count > MAX_DAYS:
        return None
    return _relative(unit, count if seconds > 0 else -count, locale)


def largest_unit(distance: float) -> tuple[Unit, int]:
    """Return minutes, hours or days, whichever reads best, and how many of them are nearest to so many seconds.

    59 minutes and a half are an hour, never 60 minutes; 23 hours and a half are a day.
    """
    if (minutes := _nearest(distance, MINUTE_SECONDS)) <= MAX_MINUTES:
        return "minute", minutes
    if (hours := _nearest(distance, HOUR_SECONDS)) <= MAX_HOURS:
        return "hour", hours
    return "day", _nearest(distance, DAY_SECONDS)


def _nearest(distance: float, unit: int) -> int:
    return max(1, math.floor(distance / unit + 0.5))


# Cached, because a page has 25 of each, most of them shown before, and they cost a quarter of it. The words after the
# moment say what else the answer depends on.
@lru_cache(maxsize=TIMES_KEPT)
def _date(moment: datetime, _locale: Locale, _zone: tzinfo) -> str:
    return str(format_date(moment, "medium"))


@lru_cache(maxsize=TIMES_KEPT)
def _relative(unit: Unit, count: int, locale: Locale) -> str:
    # Without a threshold the library would say "1 week" for 6 days, and "1 hour" for 52 minutes.
    delta = timedelta(**{f"{unit}s": count})
    return format_timedelta(delta, granularity=unit, threshold=math.inf, add_direction=True, locale=locale)


@lru_cache(maxsize=TIMES_KEPT)
def _short(unit: Unit, count: int, locale: Locale) -> str:
    delta = timedelta(**{f"{unit}s": count})
    return format_timedelta(delta, granularity=unit, threshold=math.inf, format="narrow", locale=locale)


@lru_cache(maxsize=TIMES_KEPT)
def _full(moment: datetime, _locale: Locale, _zone: tzinfo) -> str:
    return f"{format_date(moment, 'long')}, {format_time(moment, 'short')} {format_datetime(moment, 'zzz')}"
