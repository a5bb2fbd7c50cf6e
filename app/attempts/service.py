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
from ..core.network import network_of
from ..core.time import utc_now
from .models import Attempt

# A limit forgets its failures when there was none for an hour, that on e-mails when there was none for a day.
HOUR, DAY = 3600, 24 * 3600
# Rows that no limit remembers are deleted.
MEMORY = timedelta(seconds=DAY)
# Rows beyond this number go, the oldest first, so that nobody can fill the disk by failing.
MOST_ROWS = 5000


@dataclass(frozen=True)
class Limit:
    """So many failures are free; then one waits `first` seconds, after each more twice as long, at most `longest`.

    All are forgotten after `memory` seconds without one.
    """

    free: int
    first: int
    longest: int
    memory: int = HOUR

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

# E-mails that somebody has sent to an address by typing it: to one postbox, by one account, from one network.
EMAILS_TO = Limit(free=3, first=900, longest=DAY, memory=DAY)
EMAILS_BY = Limit(free=5, first=HOUR, longest=DAY, memory=DAY)
EMAILS_FROM = Limit(free=20, first=60, longest=HOUR)
# E-mails about what happens to an account: so many that nobody can use them up without the owner noticing.
NOTICES = Limit(free=20, first=300, longest=HOUR, memory=DAY)
# Links for a new password are counted apart, so that nobody keeps an owner from getting one by causing other e-mails.
RECOVERY, OTHER = "recovery", "other"


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
        is_remembered = now - row.failed_at < timedelta(seconds=each.limit.memory)
        row.failures = row.failures + 1 if is_remembered else 1
        row.failed_at = now
        row.closed_until = now + timedelta(seconds=each.limit.pause(row.failures))
    db.session.flush()
    _forget(now)


def forget_failures(counters: Sequence[Counted]) -> None:
    """Forget what these failed, in the running transaction."""
    db.session.execute(delete(Attempt).where(Attempt.key_hash.in_([each.key_hash for each in counters])))


def allow_email(secret: str, recipient: str, kind: str, address: str, account_id: int | None = None) -> bool:
    """Count an e-mail that a visitor asks for, in the running transaction; return whether it may be sent.

    `address` is that of the visitor. Raise RateLimited if the visitor's account or network asked for too many. Answer
    the visitor the same if the recipient gets no more for now, because that says what others asked for.
    """
    senders = email_senders(secret, address, account_id)
    check(senders)
    note_failure(senders)
    return _allow(counted(secret, EMAILS_TO, "e-mails to", kind, _postbox_of(recipient)))


def email_senders(secret: str, address: str, account_id: int | None) -> list[Counted]:
    """Return what counts the e-mails that a visitor asks for: the network and, of somebody logged in, the account."""
    senders = [counted(secret, EMAILS_FROM, "e-mails from", network_of(address))]
    if account_id is not None:
        senders.append(counted(secret, EMAILS_BY, "e-mails by", str(account_id)))
    return senders


def allow_notice(secret: str, account_id: int) -> bool:
    """Count an e-mail to an account about itself, in the running transaction; return whether it may be sent."""
    return _allow(counted(secret, NOTICES, "notices to", str(account_id)))


def _allow(emails: Counted) -> bool:
    try:
        check([emails])
    except RateLimited:
        return False
    note_failure([emails])
    return True


def _postbox_of(address: str) -> str:
    """The address without what many providers ignore, so that variants of it are counted as one postbox."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0].replace('.', '') or local}@{domain}"


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
