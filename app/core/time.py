"""One clock and one column type: times are aware and in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytz
from sqlalchemy import DateTime, Dialect, TypeDecorator


def utc_now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


def time_zones() -> list[str]:
    """The names of all time zones that are in use, such as Europe/Madrid, by name."""
    return list(pytz.common_timezones)


def is_time_zone(name: str) -> bool:
    """Whether there is a time zone of that name, also an old one."""
    return name in pytz.all_timezones_set


def local_moment(moment: datetime, zone: str) -> datetime:
    """An aware moment as the clocks of a time zone show it; a naive one as the moment at which they show it.

    Where clocks are put forward, a time that they never show is taken as if they had not been put forward yet.
    """
    clocks = pytz.timezone(zone)
    if moment.tzinfo is not None:
        return moment.astimezone(clocks)
    return clocks.normalize(clocks.localize(moment))  # type: ignore[no-any-return]  # the library has no types


def start_of_day(day: date, zone: str) -> datetime:
    """The moment, in UTC, at which a day begins in the time zone of that name."""
    return local_moment(datetime.combine(day, time()), zone).astimezone(UTC)


class UTCDateTime(TypeDecorator[datetime]):
    """Stores aware times as naive UTC and gives them back aware; refuses naive ones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone was about to be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)
