"""Runs due jobs: a batch of one kind at a time, each kind by the handler that its feature registered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from ..core.database import db, transaction
from ..core.time import utc_now
from . import service

Handler = Callable[[Sequence[dict[str, Any]]], None]
logger = logging.getLogger(__name__)


class Registry:
    """Which handler runs which kind of job; a kind's name is stored in rows, so it is a contract."""

    def __init__(self) -> None:
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


def _no_handler(kind: str) -> Handler:
    def refuse(_payloads: Sequence[dict[str, Any]]) -> None:
        raise LookupError(f"no handler for jobs of kind {kind!r}")

    return refuse


def run_due(registry: Registry) -> bool:
    """Run one batch of due jobs; False if there was none. Looking is a read, so an idle worker writes nothing."""
    kind = service.due_kind(db.session(), utc_now())
    db.session.rollback()
    if kind is None:
        return False
    with transaction() as session:
        claimed = [(job.id, job.payload) for job in service.claim(session, kind, utc_now(), registry.batch_of(kind))]
    if claimed:
        _run(registry[kind], kind, claimed)
    return True


def _run(handler: Handler, kind: str, claimed: list[tuple[int, dict[str, Any]]]) -> None:
    """Run a batch; if it fails, run its jobs one by one, so that one bad job does not hold up the others."""
    if len(claimed) > 1 and _succeeds(handler, kind, claimed):
        return
    for job in claimed:
        _succeeds(handler, kind, [job], record=True)


def _succeeds(handler: Handler, kind: str, claimed: list[tuple[int, dict[str, Any]]], *, record: bool = False) -> bool:
    ids = [job_id for job_id, _ in claimed]
    try:
        handler([payload for _, payload in claimed])
    except Exception as error:
        db.session.rollback()
        logger.exception("%d job(s) of kind %s failed", len(ids), kind)
        if record:
            with transaction() as session:
                service.fail(session, ids, f"{type(error).__name__}: {error}")
        return False
    with transaction() as session:
        service.finish(session, ids)
    return True
