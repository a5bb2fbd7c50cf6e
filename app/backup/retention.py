"""Which backups are kept: the newest of the last days, weeks and months."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

DAILY, WEEKLY, MONTHLY = 7, 4, 6
ALWAYS = 3


def superfluous(times: Iterable[datetime]) -> list[datetime]:
    """The times of backups that may go, oldest first; those of the newest three never do.

    Days, weeks and months without a backup do not count, so an appliance that was off for a year loses nothing by it.
    """
    newest_first = sorted(times, reverse=True)
    kept = set(newest_first[:ALWAYS])
    kept |= _newest_of_each(newest_first, lambda time: (time.year, time.month, time.day), DAILY)
    kept |= _newest_of_each(newest_first, lambda time: time.isocalendar()[:2], WEEKLY)
    kept |= _newest_of_each(newest_first, lambda time: (time.year, time.month), MONTHLY)
    return [time for time in reversed(newest_first) if time not in kept]


def _newest_of_each(newest_first: Sequence[datetime], period: Callable[[datetime], object], most: int) -> set[datetime]:
    """The newest time of each of the last `most` periods that have one."""
    newest: dict[object, datetime] = {}
    for time in newest_first:
        newest.setdefault(period(time), time)
    return set(list(newest.values())[:most])
