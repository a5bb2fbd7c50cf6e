"""The life of a job: written with its data, claimed with a lease, done once or tried again later."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from ..core.database import db, on_commit
from ..core.time import utc_now
from .models import Job
from .policy import DEFAULT, MAX_BACKOFF, RetryPolicy
from .wake import wake_worker

LEASE = timedelta(minutes=2)
# By so much at most the clocks of machines differ.
CLOCKS_DIFFER = timedelta(minutes=2)
BATCH = 200
# Work that may wait is done before its time when so much of a kind has come together.
CROWD = 100
MAX_INTERRUPTIONS, INTERRUPTIONS_TOGETHER = 10, 2
WORN_OUT = "given up: each time the worker ended before it was done"
EXPIRED = "expired"
# Ends the error of a job whose payload was erased when it was given up; such a job can't be tried again.
ERASED = "; content erased"
ERROR_LENGTH = 2000


def enqueue(
    kind: str, payload: dict[str, Any], *, wait: timedelta = timedelta(), expires_at: datetime | None = None
) -> None:
    """Write a job in the running transaction and wake the worker once that is committed.

    It comes due after `wait`, or with an earlier one of its kind, or when CROWD of them have come together. From
    `expires_at` on it is not done any more.
    """
    db.session.add(Job(kind=kind, payload=payload, due=utc_now() + wait, expires_at=expires_at))
    on_commit(wake_worker)


def enqueue_once(kind: str, payload: dict[str, Any]) -> None:
    """Write a job unless one about the same `id` waits or runs; it takes the place of one that was given up."""
    if is_live(kind, payload["id"]):
        return
    for job in list(db.session.scalars(select(Job).where(Job.kind == kind, Job.due.is_(None)))):
        if job.payload.get("id") == payload["id"]:
            db.session.delete(job)
    enqueue(kind, payload)


def is_live(kind: str, number: int) -> bool:
    """Whether a job of a kind, of which there are few, about the row with this id waits or runs."""
    payloads = db.session.scalars(select(Job.payload).where(Job.kind == kind, Job.due.is_not(None)))
    return any(payload.get("id") == number for payload in payloads)


def _selected(left_out: Collection[str], only: Collection[str]) -> ColumnElement[bool]:
    return Job.kind.in_(only) if only else Job.kind.not_in(left_out)


def due_kind(session: Session, now: datetime, left_out: Collection[str] = (), only: Collection[str] = ()) -> str | None:
    """The kind of the job that has been due longest, None if nothing is due; reads only."""
    ours = _selected(left_out, only)
    due = session.scalar(select(Job.kind).where(Job.due <= now, ours).order_by(Job.due, Job.id).limit(1))
    return due or session.scalar(
        select(Job.kind).where(_untried(), ours).group_by(Job.kind).having(func.count() >= CROWD).limit(1)
    )


def _untried() -> ColumnElement[bool]:
    """A job that nobody has, and that waits for company alone."""
    return and_(Job.due.is_not(None), Job.attempts == 0, Job.error.is_(None))


def claim(session: Session, kind: str, now: datetime, most: int = BATCH, policy: RetryPolicy = DEFAULT) -> list[Job]:
    """Take up to `most` jobs of one kind, those first that are due longest, then those that wait for company.

    Nobody else gets them while the lease lasts. Those that have expired are given up instead, and those that end their
    worker each time.
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
    if any(job.interruptions >= INTERRUPTIONS_TOGETHER for job in jobs):
        # One of them ends the worker; alone, it takes no others along.
        jobs = jobs[:1]
    for job in jobs:
        job.interruptions += job.attempts > 0 and job.error is None
        if job.expires_at is not None and job.expires_at <= now:
            give_up(job, EXPIRED, policy)
        elif job.interruptions >= MAX_INTERRUPTIONS and job.error is None:
            give_up(job, WORN_OUT, policy)
        else:
            job.attempts, job.due, job.error = job.attempts + 1, now + LEASE, None
    return [job for job in jobs if job.due is not None]


def give_up(job: Job, error: str, policy: RetryPolicy) -> None:
    """Leave a job alone from now on; without its payload, which may hold a link, if its policy says so."""
    job.due, job.error = None, error[:ERROR_LENGTH]
    if policy.erases_payload:
        job.payload, job.error = {}, job.error + ERASED


def extend(session: Session, ids: Sequence[int]) -> None:
    """Lengthen the lease of jobs that take longer than one."""
    session.execute(update(Job).where(Job.id.in_(ids)).values(due=utc_now() + LEASE))


def finish(session: Session, ids: Sequence[int]) -> None:
    """The jobs are done: remove them."""
    session.execute(delete(Job).where(Job.id.in_(ids)))


def fail(
    session: Session,
    ids: Sequence[int],
    error: str,
    attempt: int | None = None,
    policy: RetryPolicy = DEFAULT,
    *,
    code: str = "",
    is_permanent: bool = False,
) -> None:
    """The jobs failed: try again after a pause, or give up as the policy says, or at once if that `is_permanent`.

    `code` is the error without anything personal, for a job whose payload is erased. Those that somebody else has in
    hand by now, who counts another `attempt`, are left to them.
    """
    now = utc_now()
    ours = Job.id.in_(ids) if attempt is None else and_(Job.id.in_(ids), Job.attempts == attempt)
    for job in session.scalars(select(Job).where(ours)):
        job.interruptions = 0
        if is_permanent or policy.is_exhausted(job.attempts, job.created_at, now):
            give_up(job, code if policy.erases_payload else error, policy)
        else:
            job.error, job.due = error[:ERROR_LENGTH], now + policy.pause_after(job.attempts)


def release_all(session: Session, *, shared: bool = False) -> None:
    """Make leased jobs due at once: the worker that had them is gone, for we are the only one and have just started.

    Those that wait for company too, so that all is done when the worker compares the index with the database; and those
    that would pause longer than any pause is, for they were written before the clock was put back. Where the database
    is `shared`, other workers may live: then leases that can be true are left to end by themselves.
    """
    now = utc_now()
    lasting = and_(Job.error.is_(None), Job.due > now + LEASE + CLOCKS_DIFFER) if shared else Job.error.is_(None)
    free = or_(lasting, Job.due > now + MAX_BACKOFF, and_(Job.attempts == 0, Job.error.is_(None)))
    session.execute(update(Job).where(Job.due > now, free).values(due=now))


def retry_failed(session: Session, kind: str) -> None:
    """Make jobs of a kind that went wrong due at once, also given up ones: what stood in their way is gone."""
    session.execute(update(Job).where(_failed(kind)).values(due=utc_now(), attempts=0, error=None))


def any_failed(session: Session, kind: str) -> bool:
    """Whether jobs of a kind went wrong and wait, or were given up."""
    return session.scalar(select(Job.id).where(_failed(kind)).limit(1)) is not None


def _failed(kind: str) -> ColumnElement[bool]:
    """Those that end their worker are left out, because it would be ended again and again."""
    return and_(Job.kind == kind, Job.error.is_not(None), Job.error != WORN_OUT)


def written_after(session: Session, kind: str, number: int, most: int = BATCH) -> list[tuple[int, dict[str, Any]]]:
    """Id and payload of waiting jobs of a kind that were written after the one with that id, oldest first."""
    statement = select(Job.id, Job.payload).where(Job.kind == kind, Job.id > number).order_by(Job.id).limit(most)
    return [(job_id, payload) for job_id, payload in session.execute(statement)]


def newest_waiting(session: Session, kinds: Collection[str], most: int) -> list[tuple[str, dict[str, Any]]]:
    """Return kind and payload of the newest `most` jobs of some kinds that are not done, newest first."""
    statement = select(Job.kind, Job.payload).where(Job.kind.in_(kinds)).order_by(Job.id.desc()).limit(most)
    return [(kind, payload) for kind, payload in session.execute(statement)]


def count_waiting(session: Session, kind: str) -> int:
    """How many jobs of a kind wait or run; those that were given up are not waited for."""
    return session.scalar(select(func.count()).where(Job.kind == kind, Job.due.is_not(None))) or 0


def next_due(session: Session, left_out: Collection[str] = (), only: Collection[str] = ()) -> datetime | None:
    """When the next job comes due."""
    return session.scalar(select(func.min(Job.due)).where(_selected(left_out, only)))


def oldest_waiting(session: Session, kind: str) -> datetime | None:
    """When the longest-waiting job of a kind was written."""
    return session.scalar(select(func.min(Job.created_at)).where(Job.kind == kind, Job.due.is_not(None)))


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the job waits that has been due longest."""
    return session.scalar(select(func.min(Job.due)).where(Job.due <= now))
