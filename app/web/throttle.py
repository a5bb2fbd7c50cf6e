"""Slows guessing down: counts failures per key in memory, for the processes of one appliance."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from ..core.errors import RateLimited

MOST_KEYS = 10_000


class Throttle:
    """At most `most` failures per key within `seconds`."""

    def __init__(self, most: int, seconds: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._failures: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def check(self, key: str) -> None:
        """Raise RateLimited, which says how many seconds to wait, if this key failed too often lately."""
        with self._lock:
            times = self._recent(key)
            if len(times) >= self._most:
                raise RateLimited(retry_after=max(1, int(times[0] + self._seconds - self._clock())))

    def failed(self, key: str) -> None:
        """Note a failure."""
        with self._lock:
            if len(self._failures) >= MOST_KEYS:
                self._forget_the_oldest()
            times = self._recent(key)
            times.append(self._clock())
            self._failures[key] = times

    def succeeded(self, key: str) -> None:
        """Forget this key's failures."""
        with self._lock:
            self._failures.pop(key, None)

    def _recent(self, key: str) -> deque[float]:
        times = self._failures.get(key, deque())
        while times and times[0] <= self._clock() - self._seconds:
            times.popleft()
        return times

    def _forget_the_oldest(self) -> None:
        for key in sorted(self._failures, key=lambda each: self._failures[each][-1])[: MOST_KEYS // 2]:
            del self._failures[key]
