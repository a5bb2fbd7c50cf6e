"""How long a kind of job is tried again after a failure, declared where its handler is registered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MAX_ATTEMPTS = 10
FIRST_PAUSE, MAX_BACKOFF = timedelta(seconds=1), timedelta(hours=1)
# 2 to this power is more seconds than any pause has.
MAX_DOUBLINGS = 20


@dataclass(frozen=True)
class RetryPolicy:
    """When a failed job of a kind is tried again, and when it is given up. None: no such limit."""

    max_attempts: int | None = MAX_ATTEMPTS
    max_age: timedelta | None = None
    max_backoff: timedelta = MAX_BACKOFF
    # With one of these errors a job is given up at once.
    permanent: tuple[type[Exception], ...] = ()
    # With one of these errors no other job of the kind can succeed now, so all of them wait.
    unavailable: tuple[type[Exception], ...] = ()
    # A job that is given up keeps nothing but its kind, its times and an error code.
    erases_payload: bool = False

    def pause_after(self, attempts: int) -> timedelta:
        """Return how long to wait after this many attempts: 1, 2, 4 … seconds, at most `max_backoff`."""
        doublings: int = min(max(0, attempts - 1), MAX_DOUBLINGS)
        return min(FIRST_PAUSE * (1 << doublings), self.max_backoff)

    def is_exhausted(self, attempts: int, created_at: datetime, now: datetime) -> bool:
        """Whether a job that failed at `now` is not tried again."""
        too_often = self.max_attempts is not None and attempts >= self.max_attempts
        return too_often or (self.max_age is not None and now - created_at >= self.max_age)


DEFAULT = RetryPolicy()
# For work that must be done some day: the search index, the deletion of an account.
FOREVER = RetryPolicy(max_attempts=None)
