"""A limit on guessing that survives restarts: who fails often has to wait, longer each time."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from ..core.database import db
from ..core.errors import RateLimited
from ..core.time import utc_now
from .models import Attempt

# Failures are forgotten when there was none for so long.
MEMORY = timedelta(hours=1)
# Rows beyond this number go, the oldest first, so that nobody can fill the disk by failing.
MOST_ROWS = 2000


@dataclass(frozen=True)
class Limit:
    """So many failures are free; then one waits `first` seconds, after each more twice as long, at most `longest`."""

    free: int
    first: int
    longest: int

    def pause(self, failures: int) -> int:
        """How many seconds to wait after so many failures."""
        beyond = failures - self.free
        return 0 if beyond < 0 else min(self.longest, self.first * 2 ** min(beyond, 16))


# One account from one network, or from one known browser wherever it is.
HERE = Limit(free=5, first=5, longest=900)
# One account from everywhere else: so short that nobody can keep its owner out.
ANYWHERE = Limit(free=20, first=2, longest=30)
# One network and all accounts: a family lives behind one address.
NETWORK = Limit(free=30, first=5, longest=900)


@dataclass(frozen=True)
class Counted:
    """What is counted, and how much of it is borne."""

    key_hash: str
    limit: Limit


def counted(secret: str, limit: Limit, *parts: str) -> Counted:
    """Something to count by, such as a name and a network; with the server's key, for a name may be a password."""
    text = "\0".join(("microblog-attempt", *parts))
    return Counted(hmac.digest(secret.encode(), text.encode(errors="replace"), "sha256").hex(), limit)


def check(counters: Sequence[Counted]) -> None:
    """Raise RateLimited, which says how many seconds to wait, if one of these failed too often lately. One query."""
    keys = [each.key_hash for each in counters]
    now = utc_now()
    # No pause is longer: one that ends later was noted while the clock was wrong, and would keep people out for years.
    latest_end = now + timedelta(seconds=max(each.limit.longest for each in counters))
    times = db.session.scalars(
        select(Attempt.closed_until).where(
            Attempt.key_hash.in_(keys), Attempt.closed_until > now, Attempt.closed_until <= latest_end
        )
    )
    if latest := max(times, default=None):
        raise RateLimited(retry_after=max(1, round((latest - now).total_seconds())))


def note_failure(counters: Sequence[Counted]) -> None:
    """Count a failure, in the running transaction."""
    now = utc_now()
    for each in counters:
        row = db.session.get(Attempt, each.key_hash, with_for_update=True)
        if row is None:
            _add(each, now)
            continue
        row.failures = row.failures + 1 if now - row.failed_at < MEMORY else 1
        row.failed_at = now
        row.closed_until = now + timedelta(seconds=each.limit.pause(row.failures))
    db.session.flush()
    _forget(now)


def forget_failures(counters: Sequence[Counted]) -> None:
    """Forget what these failed, in the running transaction."""
    db.session.execute(delete(Attempt).where(Attempt.key_hash.in_([each.key_hash for each in counters])))


def any_failures(counters: Sequence[Counted]) -> bool:
    """Whether there is anything to forget."""
    keys = [each.key_hash for each in counters]
    return db.session.scalar(select(Attempt.key_hash).where(Attempt.key_hash.in_(keys)).limit(1)) is not None


def _add(each: Counted, now: datetime) -> None:
    closed_until = now + timedelta(seconds=each.limit.pause(1))
    try:
        with db.session.begin_nested():
            db.session.add(Attempt(key_hash=each.key_hash, failures=1, failed_at=now, closed_until=closed_until))
    except IntegrityError:
        # Somebody else failed in the same moment; one of the two is enough.
        return


def _forget(now: datetime) -> None:
    db.session.execute(delete(Attempt).where(Attempt.failed_at < now - MEMORY))
    newest_too_many = select(Attempt.failed_at).order_by(Attempt.failed_at.desc()).offset(MOST_ROWS).limit(1)
    if last := db.session.scalar(newest_too_many):
        db.session.execute(delete(Attempt).where(Attempt.failed_at <= last))
