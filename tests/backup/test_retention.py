"""Which backups are kept, told by their times alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.backup.retention import superfluous

START = datetime(2026, 1, 1, 3, 30, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def kept(times: list[datetime]) -> list[str]:
    gone = set(superfluous(times))
    return [f"{time:%m-%d}" for time in sorted(times) if time not in gone]


@pytest.mark.parametrize("count", [0, 1, 3, 7])
def test_the_first_week_is_kept_whole(count: int) -> None:
    assert superfluous([day(number) for number in range(count)]) == []


def test_a_year_of_nights_leaves_days_weeks_and_months() -> None:
    assert kept([day(number) for number in range(365)]) == [
        # the last of each month, the last of each week (Sundays), the last week
        *("07-31", "08-31", "09-30", "10-31", "11-30"),
        *("12-13", "12-20"),
        *("12-25", "12-26", "12-27", "12-28", "12-29", "12-30", "12-31"),
    ]


def test_thinned_out_every_night_the_same_remain_as_at_once() -> None:
    left: list[datetime] = []
    for number in range(365):
        left.append(day(number))
        gone = set(superfluous(left))
        left = [time for time in left if time not in gone]
    assert kept(left) == kept([day(number) for number in range(365)])


def test_of_many_in_a_day_the_newest_three_stay_and_the_newest_of_the_days_before() -> None:
    hours = [day(0) + timedelta(hours=number) for number in range(20)]
    yesterday = [day(-1), day(-1) + timedelta(hours=2)]
    assert set(superfluous([*yesterday, *hours])) == {day(-1), *hours[:-3]}


def test_an_appliance_that_was_off_for_years_loses_nothing_by_it() -> None:
    old = [day(number) for number in range(7)]
    # seven days have one: the new and six of the old; the oldest is neither the newest of its week nor of its month
    assert superfluous([*old, day(2000)]) == [old[0]]


def test_the_newest_three_stay_whatever_their_times_are() -> None:
    strange = [datetime(1970, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, 1, tzinfo=UTC)]
    assert superfluous(strange) == []
    assert superfluous([*strange[1:], datetime(2099, 1, 1, 2, tzinfo=UTC)]) == []
