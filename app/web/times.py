"""Times as pages word them: for machines, in full, and how long ago."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from babel import Locale
from flask_babel import format_date, format_datetime, format_time, format_timedelta, get_locale, get_timezone, gettext

from ..core.time import utc_now

NOW_SECONDS = 45
DAYS_RELATIVE = 30
TIMES_KEPT = 1024


class Worded(NamedTuple):
    """A moment as the reader of the page understands it.

    `full` has date, time and time zone; without a choice of the reader's, the page's script puts in the device's own.
    `relative` says how long ago; after a month it is the date.
    """

    iso: str
    full: str
    relative: str


def worded(moment: datetime) -> Worded:
    """The words for a moment, in the language and time zone of the page."""
    # Asked for once, because the three parts of 25 posts a page would ask a hundred times.
    locale, zone = get_locale(), get_timezone()
    return Worded(moment.isoformat(), _full(moment, locale, zone), _relative(moment, locale, zone))


def _relative(moment: datetime, locale: Locale, zone: tzinfo) -> str:
    age = utc_now() - moment
    if age.total_seconds() < NOW_SECONDS:
        return str(gettext("just now"))
    if age.days > DAYS_RELATIVE:
        return _date(moment, locale, zone)
    return _ago(age.total_seconds() // 60, locale, zone)


# Kept, because a page has 25 of each, most of them shown before, and they cost a quarter of it. The words after the
# moment say what else the answer depends on.
@lru_cache(maxsize=TIMES_KEPT)
def _date(moment: datetime, _locale: Locale, _zone: tzinfo) -> str:
    return str(format_date(moment, "medium"))


@lru_cache(maxsize=TIMES_KEPT)
def _ago(minutes: float, _locale: Locale, _zone: tzinfo) -> str:
    return str(format_timedelta(-timedelta(minutes=max(minutes, 1)), granularity="minute", add_direction=True))


@lru_cache(maxsize=TIMES_KEPT)
def _full(moment: datetime, _locale: Locale, _zone: tzinfo) -> str:
    return f"{format_date(moment, 'long')}, {format_time(moment, 'short')} {format_datetime(moment, 'zzz')}"
