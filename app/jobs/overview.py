"""Jobs as operators see them: which there are, in which state, and ways to try them again or drop them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Case, ColumnElement, and_, case, delete, func, not_, select, update
from sqlalchemy.orm import Session

from ..core.database import changed_rows, on_commit
from ..core.time import utc_now
from .models import Job
from .service import ERASED
from .wake import wake_worker

# What a job can be doing; nothing of it is stored.
WAITING, RUNNING, RETRYING, GIVEN_UP = "waiting", "running", "retrying", "given_up"
MAX_LISTED = 200


def _state() -> Case[str]:
    return case(
        (Job.due.is_(None), GIVEN_UP),
        (Job.error.is_not(None), RETRYING),
        (Job.attempts > 0, RUNNING),
        else_=WAITING,
    )


@dataclass(frozen=True)
class JobSummary:
    """A job without its payload, which may hold addresses and links."""

    id: int
    kind: str
    state: str
    attempts: int
    created_at: datetime
    due: datetime | None
    error: str | None

    @property
    def can_retry(self) -> bool:
        """Whether it failed, and what it needs is still there."""
        return self.state in (RETRYING, GIVEN_UP) and not (self.error or "").endswith(ERASED)


def list_jobs(
    session: Session,
    *,
    states: Collection[str] = (GIVEN_UP, RETRYING),
    kind: str = "",
    before: datetime | None = None,
    most: int | None = MAX_LISTED,
) -> list[JobSummary]:
    """Return jobs in these states, of one kind or of all, written `before` or whenever, oldest first."""
    columns = (Job.id, Job.kind, _state(), Job.attempts, Job.created_at, Job.due, Job.error)
    statement = select(*columns).where(_state().in_(states)).order_by(Job.id).limit(most)
    if kind:
        statement = statement.where(Job.kind == kind)
    if before is not None:
        statement = statement.where(Job.created_at <= before)
    return [JobSummary(*row) for row in session.execute(statement)]


def _can_retry() -> ColumnElement[bool]:
    return and_(Job.error.is_not(None), not_(Job.error.endswith(ERASED)))


def retry(session: Session, ids: Collection[int] | None = None, *, kind: str = "") -> int:
    """Make jobs that failed or were given up due now: these, or all (of one kind); return how many there were."""
    # The error stays until the job is begun, because a job without one counts as running.
    statement = update(Job).where(_can_retry(), *_chosen(ids, kind))
    changed = changed_rows(session.execute(statement.values(due=utc_now(), attempts=0, interruptions=0)))
    on_commit(wake_worker)
    return changed


def drop(session: Session, ids: Collection[int] | None = None, *, kind: str = "") -> int:
    """Remove jobs: these in whatever state, or all that were given up (of one kind); return how many there were."""
    chosen = _chosen(ids, kind) if ids is not None else [Job.due.is_(None), *_chosen(ids, kind)]
    return changed_rows(session.execute(delete(Job).where(*chosen)))


def _chosen(ids: Collection[int] | None, kind: str) -> list[ColumnElement[bool]]:
    return ([] if ids is None else [Job.id.in_(ids)]) + ([Job.kind == kind] if kind else [])


@dataclass(frozen=True)
class Tally:
    """How many jobs of a kind are in a state, and when the oldest of them was written."""

    kind: str
    state: str
    count: int
    oldest: datetime


def tally(session: Session) -> list[Tally]:
    """All jobs by kind and state."""
    # Named inside: PostgreSQL takes the same expression with values of its own for another one.
    told = select(Job.kind, _state().label("state"), Job.created_at).subquery()
    columns = told.c.kind, told.c.state
    statement = select(*columns, func.count(), func.min(told.c.created_at)).group_by(*columns)
    return [Tally(*row) for row in session.execute(statement)]
