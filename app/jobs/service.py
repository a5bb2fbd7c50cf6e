"""The life of a job: written with its data, claimed with a lease, done once or tried again later."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from ..core.database import db, on_commit
from ..core.time import utc_now
from .models import MOST_ATTEMPTS, Job
from .wake import wake_worker

LEASE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=1)
# By so much at most the clocks of machines differ.
CLOCKS_DIFFER = timedelta(minutes=2)
BATCH = 200
# Work that may wait is done before its time when so much of a kind has come together.
CROWD = 100
WORN_OUT = "given up: each time the worker ended before it was done"
ERROR_LENGTH = 2000
# What a job can be doing, as reports tell it; nothing of it is stored.
WAITING, RUNNING, RETRYING, GIVEN_UP = "waiting", "running", "retrying", "given_up"


def enqueue(kind: str, payload: dict[str, Any], *, wait: timedelta = timedelta()) -> None:
    """Write a job in the running transaction and wake the worker once that is committed.

    It comes due after `wait`, or with an earlier one of its kind, or when CROWD of them have come together.
    """
    db.session.add(Job(kind=kind, payload=payload, due=utc_now() + wait))
    on_commit(wake_worker)


def due_kind(session: Session, now: datetime, left_out: Collection[str] = ()) -> str | None:
    """The kind of the job that has been due longest, None if nothing is due; reads only."""
    ours = Job.kind.not_in(left_out)
    due = session.scalar(select(Job.kind).where(Job.due <= now, ours).order_by(Job.due, Job.id).limit(1))
    return due or session.scalar(
        select(Job.kind).where(_untried(), ours).group_by(Job.kind).having(func.count() >= CROWD).limit(1)
    )


def _untried() -> ColumnElement[bool]:
    """A job that nobody has, and that waits for company alone."""
    return and_(Job.due.is_not(None), Job.attempts == 0)


def claim(session: Session, kind: str, now: datetime, most: int = BATCH) -> list[Job]:
    """Take up to `most` jobs of one kind, those first that are due longest, then those that wait for company.

    Nobody else gets them while the lease lasts.
    """
    jobs = list(
        session.scalars(
            select(Job)
            .where(or_(Job.due <= now, _untried()), Job.kind == kind)
            .order_by(Job.due, Job.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
    )
    for job in jobs:
        job.attempts += 1
        worn_out = job.attempts > MOST_ATTEMPTS
        job.due = None if worn_out else now + LEASE
        job.error = WORN_OUT if worn_out else None
    return [job for job in jobs if job.due is not None]


def extend(session: Session, ids: Sequence[int]) -> None:
    """Lengthen the lease of jobs that take longer than one."""
    session.execute(update(Job).where(Job.id.in_(ids)).values(due=utc_now() + LEASE))


def finish(session: Session, ids: Sequence[int]) -> None:
    """The jobs are done: remove them."""
    session.execute(delete(Job).where(Job.id.in_(ids)))


def fail(session: Session, ids: Sequence[int], error: str, attempt: int | None = None) -> None:
    """The jobs went wrong: try again after a pause that doubles each time, give up after MOST_ATTEMPTS.

    Those that somebody else has in hand by now, who counts another `attempt`, are left to them.
    """
    now = utc_now()
    ours = Job.id.in_(ids) if attempt is None else and_(Job.id.in_(ids), Job.attempts == attempt)
    for job in session.scalars(select(Job).where(ours)):
        job.error = error[:ERROR_LENGTH]
        job.due = None if job.attempts >= MOST_ATTEMPTS else now + pause_after(job.attempts)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after this many attempts: 1, 2, 4 … seconds, at most an hour."""
    return min(timedelta(seconds=2 ** max(0, attempts - 1)), LONGEST_PAUSE)


def release_all(session: Session, *, shared: bool = False) -> None:
    """Make leased jobs due at once: the worker that had them is gone, for we are the only one and have just started.

    Those that wait for company too, so that all is done when the worker compares the index with the database; and those
    that would pause longer than any pause is, for they were written before the clock was put back. Where the database
    is `shared`, other workers may live: then leases that can be true are left to end by themselves.
    """
    now = utc_now()
    lasting = and_(Job.error.is_(None), Job.due > now + LEASE + CLOCKS_DIFFER) if shared else Job.error.is_(None)
    free = or_(lasting, Job.due > now + LONGEST_PAUSE, and_(Job.attempts == 0, Job.error.is_(None)))
    session.execute(update(Job).where(Job.due > now, free).values(due=now))


def retry_failed(session: Session, kind: str) -> None:
    """Make jobs of a kind that went wrong due at once, also given up ones: what stood in their way is gone."""
    session.execute(
        update(Job).where(Job.kind == kind, Job.error.is_not(None)).values(due=utc_now(), attempts=0, error=None)
    )


def any_failed(session: Session, kind: str) -> bool:
    """Whether jobs of a kind went wrong and wait, or were given up."""
    return session.scalar(select(Job.id).where(Job.kind == kind, Job.error.is_not(None)).limit(1)) is not None


def written_after(session: Session, kind: str, number: int, most: int = BATCH) -> list[tuple[int, dict[str, Any]]]:
    """Id and payload of waiting jobs of a kind that were written after the one with that id, oldest first."""
    statement = select(Job.id, Job.payload).where(Job.kind == kind, Job.id > number).order_by(Job.id).limit(most)
    return [(job_id, payload) for job_id, payload in session.execute(statement)]


def newest_waiting(session: Session, kinds: Collection[str], most: int) -> list[tuple[str, dict[str, Any]]]:
    """Return kind and payload of the newest `most` jobs of some kinds that are not done, newest first."""
    statement = select(Job.kind, Job.payload).where(Job.kind.in_(kinds)).order_by(Job.id.desc()).limit(most)
    return [(kind, payload) for kind, payload in session.execute(statement)]


def count_waiting(session: Session, kind: str) -> int:
    """How many jobs of a kind are not done."""
    return session.scalar(select(func.count()).where(Job.kind == kind)) or 0


def next_due(session: Session, left_out: Collection[str] = ()) -> datetime | None:
    """When the next job comes due."""
    return session.scalar(select(func.min(Job.due)).where(Job.kind.not_in(left_out)))


def oldest_waiting(session: Session, kind: str) -> datetime | None:
    """When the longest-waiting job of a kind was written."""
    return session.scalar(select(func.min(Job.created_at)).where(Job.kind == kind, Job.due.is_not(None)))


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the job waits that has been due longest."""
    return session.scalar(select(func.min(Job.due)).where(Job.due <= now))


@dataclass(frozen=True)
class Tally:
    """How many jobs of a kind are in a state, and when the oldest of them was written."""

    kind: str
    state: str
    count: int
    oldest: datetime


def tally(session: Session) -> list[Tally]:
    """All jobs by kind and state."""
    state = case(
        (Job.due.is_(None), GIVEN_UP),
        (Job.error.is_not(None), RETRYING),
        (Job.attempts > 0, RUNNING),
        else_=WAITING,
    )
    # Named inside: PostgreSQL takes the same expression with values of its own for another one.
    told = select(Job.kind, state.label("state"), Job.created_at).subquery()
    columns = told.c.kind, told.c.state
    statement = select(*columns, func.count(), func.min(told.c.created_at)).group_by(*columns)
    return [Tally(*row) for row in session.execute(statement)]
