"""A clock that is put back while the appliance runs holds nothing up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from statements import Statements

from app import upkeep
from app.core.database import db, transaction
from app.core.time import utc_now
from app.jobs.models import Job
from app.jobs.service import enqueue
from app.upkeep import ClockCare


class Clocks:
    """The clock on the wall, which people set, and the steady one."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_800_000_000.0, 5000.0

    def time(self) -> float:
        return self.wall

    def monotonic(self) -> float:
        return self.steady

    def pass_by(self, seconds: float) -> None:
        """Both go on."""
        self.wall, self.steady = self.wall + seconds, self.steady + seconds


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    clocks = Clocks()
    monkeypatch.setattr(upkeep, "time", clocks)
    return clocks


@pytest.fixture
def care(app: Flask, clocks: Clocks) -> Iterator[ClockCare]:
    """The worker's, with a job that was written while the clock was a year ahead."""
    with app.app_context():
        with transaction():
            enqueue("test", {}, wait=timedelta(days=365))
        yield ClockCare()


def is_due() -> bool:
    due = db.session.query(Job).one().due
    return due is not None and due <= utc_now()


def test_what_was_to_be_done_in_what_is_now_the_future_is_done_now(care: ClockCare, clocks: Clocks) -> None:
    clocks.wall -= 365 * 86400
    clocks.pass_by(10)
    care.look()
    assert is_due()


@pytest.mark.parametrize("by", [0, 3600, -1], ids=["not", "forward", "by a little, as network time does"])
def test_while_the_clock_is_not_put_back_nothing_is_written(
    care: ClockCare, clocks: Clocks, statements: Statements, by: int
) -> None:
    clocks.wall += by
    with statements:
        for _ in range(3):
            clocks.pass_by(10)
            care.look()
    assert not statements.writes
    assert not is_due()


def test_it_is_told_once(care: ClockCare, clocks: Clocks, caplog: pytest.LogCaptureFixture) -> None:
    clocks.wall -= 3600
    for _ in range(3):
        clocks.pass_by(10)
        care.look()
    assert len([line for line in caplog.messages if "put back by 3600 seconds" in line]) == 1
