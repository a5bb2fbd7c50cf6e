"""What happens to many jobs at once: all wait for a service, old ones are given up, a start tries again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, delete, false, func, or_, select, update
from sqlalchemy.orm import Session

from ..core.time import utc_now
from .models import Job
from .policy import DEFAULT, RetryPolicy
from .service import ERASED, ERROR_LENGTH, EXPIRED, give_up

# Of a job that was given up and erased nothing is left to do, so it is removed after this time.
ERASED_LIFETIME = timedelta(days=7)
TOO_OLD = "too old"


def postpone(session: Session, kind: str, pause: timedelta, error: str) -> None:
    """Let all jobs of a kind wait that nobody has in hand, because the service that they need is unavailable."""
    until = utc_now() + pause
    free = or_(Job.attempts == 0, Job.error.is_not(None))
    session.execute(
        update(Job)
        .where(Job.kind == kind, Job.due < until, free)
        .values(due=until, error=func.coalesce(Job.error, error[:ERROR_LENGTH]))
        .execution_options(synchronize_session=False)
    )


def resume(session: Session, kind: str, policy: RetryPolicy) -> None:
    """Make the jobs due that wait for a service, because it is available again."""
    waiting = or_(false(), *[Job.error.startswith(error.__name__) for error in policy.unavailable])
    session.execute(
        update(Job)
        .where(Job.kind == kind, Job.due > utc_now(), waiting)
        .values(due=utc_now())
        .execution_options(synchronize_session=False)
    )


def has_outdated(session: Session, policies: Mapping[str, RetryPolicy]) -> bool:
    """Whether `give_up_outdated` has something to do; reads only."""
    now = utc_now()
    outdated = or_(_is_outdated(now, policies), _is_forgotten(now))
    return session.scalar(select(Job.id).where(Job.kind.in_(policies), outdated).limit(1)) is not None


def give_up_outdated(session: Session, policies: Mapping[str, RetryPolicy]) -> None:
    """Give up what has expired, or has waited too long for a service; remove what was erased a week ago."""
    now = utc_now()
    session.execute(delete(Job).where(Job.kind.in_(policies), _is_forgotten(now)))
    statement = select(Job).where(Job.kind.in_(policies), _is_outdated(now, policies)).with_for_update(skip_locked=True)
    for job in session.scalars(statement):
        is_expired = job.expires_at is not None and job.expires_at <= now
        give_up(job, EXPIRED if is_expired else TOO_OLD, policies.get(job.kind, DEFAULT))


def _is_outdated(now: datetime, policies: Mapping[str, RetryPolicy]) -> ColumnElement[bool]:
    """Nobody has it in hand, and it has expired or, where all wait for a service, failed until it was too old."""
    ages = {kind: policy.max_age for kind, policy in policies.items() if policy.unavailable and policy.max_age}
    too_old = [
        and_(Job.kind == kind, Job.error.is_not(None), Job.created_at <= now - age) for kind, age in ages.items()
    ]
    free = or_(Job.attempts == 0, Job.error.is_not(None), Job.due <= now)
    return and_(Job.due.is_not(None), free, or_(Job.expires_at <= now, *too_old))


def _is_forgotten(now: datetime) -> ColumnElement[bool]:
    ended = case((Job.expires_at > Job.created_at, Job.expires_at), else_=Job.created_at)
    return and_(Job.due.is_(None), Job.error.endswith(ERASED), ended <= now - ERASED_LIFETIME)


def retry_once(session: Session, kinds: Collection[str] = ()) -> None:
    """Make every job due that failed or was given up, and can be tried: the appliance was restarted.

    One that was given up is given up again if it fails once more, because its attempts and its age still count.
    """
    now = utc_now()
    waits = or_(Job.due.is_(None), Job.due > now)
    can_retry = and_(Job.error.is_not(None), ~Job.error.endswith(ERASED))
    chosen = [Job.kind.in_(kinds)] if kinds else []
    session.execute(
        update(Job).where(waits, can_retry, *chosen).values(due=now).execution_options(synchronize_session=False)
    )
