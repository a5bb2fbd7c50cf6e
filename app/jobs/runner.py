"""Runs due jobs: a batch of one kind at a time, each kind by the handler that its feature registered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.database import db, transaction
from ..core.time import utc_now
from . import service
from .lease import kept

Handler = Callable[[Sequence[dict[str, Any]]], None]
# Called with the error of a job and where it came up.
Report = Callable[[Exception, str], None]
logger = logging.getLogger(__name__)


class Registry:
    """Which handler runs which kind of job; a kind's name is stored in rows, so it is a contract."""

    def __init__(self, report: Report = lambda _error, _where: None) -> None:
        self.report = report
        # Kinds of work that another worker does.
        self.left_out: frozenset[str] = frozenset()
        self._handlers: dict[str, Handler] = {}
        self._batches: dict[str, int] = {}

    def register(self, kind: str, handler: Handler, *, batch: int = service.BATCH) -> None:
        """Let `handler` run jobs of `kind`, up to `batch` at a time; it gets their payloads, and may get one twice."""
        self._handlers[kind] = handler
        self._batches[kind] = batch

    def batch_of(self, kind: str) -> int:
        """How many jobs of this kind may be run together."""
        return self._batches.get(kind, 1)

    def __getitem__(self, kind: str) -> Handler:
        return self._handlers.get(kind) or _no_handler(kind)


@dataclass(frozen=True)
class Claimed:
    """A job that is ours while its lease lasts."""

    id: int
    payload: dict[str, Any]
    attempt: int


def _no_handler(kind: str) -> Handler:
    def refuse(_payloads: Sequence[dict[str, Any]]) -> None:
        raise LookupError(f"no handler for jobs of kind {kind!r}")

    return refuse


def run_due(registry: Registry) -> bool:
    """Run one batch of due jobs; False if there was none. Looking is a read, so an idle worker writes nothing."""
    kind = service.due_kind(db.session(), utc_now(), registry.left_out)
    db.session.rollback()
    if kind is None:
        return False
    with transaction() as session:
        jobs = service.claim(session, kind, utc_now(), registry.batch_of(kind))
        claimed = [Claimed(job.id, job.payload, job.attempts) for job in jobs]
    if claimed:
        _run(registry, kind, claimed)
    return True


def _run(registry: Registry, kind: str, claimed: list[Claimed]) -> None:
    """Run a batch; if it fails, run its jobs one by one, so that one bad job does not hold up the others."""
    if len(claimed) > 1 and _attempt(registry, kind, claimed) is None:
        return
    for job in claimed:
        error = _attempt(registry, kind, [job])
        if error is not None:
            with transaction() as session:
                service.fail(session, [job.id], f"{type(error).__name__}: {error}", job.attempt)
            registry.report(error, f"job {kind}")


def _attempt(registry: Registry, kind: str, claimed: list[Claimed]) -> Exception | None:
    """Run jobs, and remove them if that went well; else return what went wrong."""
    ids = [job.id for job in claimed]
    try:
        with kept(db.engine, ids):
            registry[kind]([job.payload for job in claimed])
    except Exception as error:
        db.session.rollback()
        logger.exception("%d job(s) of kind %s failed", len(ids), kind)
        return error
    with transaction() as session:
        service.finish(session, ids)
    return None
