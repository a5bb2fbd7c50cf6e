"""Failures are counted per key, for a while, and never without bound."""

from __future__ import annotations

import pytest

from app.core.errors import RateLimited
from app.web import throttle
from app.web.throttle import Throttle


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(clock: Clock) -> Throttle:
    return Throttle(3, 60, clock)


def fail(door: Throttle, key: str = "here", times: int = 1) -> None:
    for _ in range(times):
        door.check(key)
        door.failed(key)


def test_so_many_failures_are_allowed_and_no_more(door: Throttle) -> None:
    fail(door, times=3)
    with pytest.raises(RateLimited) as refused:
        door.check("here")
    assert refused.value.retry_after == 60
    door.check("elsewhere")


def test_it_opens_again_as_the_failures_get_old(door: Throttle, clock: Clock) -> None:
    fail(door)
    clock.now += 50
    fail(door, times=2)
    with pytest.raises(RateLimited) as refused:
        door.check("here")
    assert refused.value.retry_after == 10
    clock.now += 10
    fail(door)
    with pytest.raises(RateLimited):
        door.check("here")


def test_the_wait_is_never_nothing(door: Throttle, clock: Clock) -> None:
    fail(door, times=3)
    clock.now += 59.9
    with pytest.raises(RateLimited) as refused:
        door.check("here")
    assert refused.value.retry_after == 1


def test_success_forgets(door: Throttle) -> None:
    fail(door, times=2)
    door.succeeded("here")
    fail(door, times=3)


def test_memory_is_bounded_and_the_newest_failures_are_kept(clock: Clock, monkeypatch) -> None:
    monkeypatch.setattr(throttle, "MOST_KEYS", 10)
    door = Throttle(1, 60, clock)
    for number in range(25):
        clock.now += 0.1
        fail(door, f"address {number}")
    assert len(door._failures) <= 10
    with pytest.raises(RateLimited):
        door.check("address 24")
    door.check("address 0")
