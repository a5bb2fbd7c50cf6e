"""Times are aware and in UTC, in the program and on their way through the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects.sqlite import dialect

from app.core.time import UTCDateTime, utc_now

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_now_is_aware_and_in_utc() -> None:
    assert utc_now().tzinfo is UTC


def test_a_time_comes_back_as_the_same_moment() -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=-7)))
    stored = UTCDateTime().process_bind_param(elsewhere, dialect())
    assert stored == NOON.replace(tzinfo=None)
    assert UTCDateTime().process_result_value(stored, dialect()) == NOON


def test_no_time_is_no_time() -> None:
    assert UTCDateTime().process_bind_param(None, dialect()) is None
    assert UTCDateTime().process_result_value(None, dialect()) is None


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        UTCDateTime().process_bind_param(NOON.replace(tzinfo=None), dialect())
