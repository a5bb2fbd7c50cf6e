"""Runs due jobs: a batch of one kind at a time, each kind by the handler that its feature registered."""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.database import db, transaction
from ..core.time import utc_now
from . import service
from .lease import kept
from .policy import DEFAULT, RetryPolicy
from .retries import give_up_outdated, has_outdated, postpone, resume

Handler = Callable[[Sequence[dict[str, Any]]], None]
# Called with the error of a job and where it came up.
Report = Callable[[Exception, str], None]
logger = logging.getLogger(__name__)
# After so much of both a pass ends, and the worker sees to its other duties.
PASS_SECONDS, MAX_BATCHES = 5.0, 100


class Registry:
    """Which handler runs which kind of job; a kind's name is stored in rows, so it is a contract."""

    def __init__(
        self, report: Report = lambda _error, _where: None, *, expected: tuple[type[Exception], ...] = ()
    ) -> None:
        self.report = report
        # Errors that pass without anybody's help: they are logged in a line, without a stack trace.
        self.expected = expected
        # Kinds of work that another worker or another thread does.
        self.left_out: frozenset[str] = frozenset()
        # If there are any, no other kinds than these are done.
        self.only: frozenset[str] = frozenset()
        self.policies: dict[str, RetryPolicy] = {}
        self._handlers: dict[str, Handler] = {}
        self._batches: dict[str, int] = {}

    def register(
        self, kind: str, handler: Handler, *, batch: int = service.BATCH, policy: RetryPolicy = DEFAULT
    ) -> None:
        """Let `handler` run jobs of `kind`, up to `batch` at a time; it gets their payloads, and may get one twice."""
        self._handlers[kind] = handler
        self._batches[kind] = batch
        self.policies[kind] = policy

    def restricted_to(self, *kinds: str) -> Registry:
        """Return a registry of the same handlers that does these kinds alone."""
        restricted = copy.copy(self)
        restricted.only = frozenset(kinds)
        return restricted

    def batch_of(self, kind: str) -> int:
        """How many jobs of this kind may be run together."""
        return self._batches.get(kind, 1)

    def policy_of(self, kind: str) -> RetryPolicy:
        """When a failed job of this kind is tried again."""
        return self.policies.get(kind, DEFAULT)

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


def run_due(registry: Registry, already: frozenset[str] = frozenset()) -> str | None:
    """Run one batch of due jobs of a kind that is not among `already`; return the kind, None if nothing is due.

    Looking is a read, so an idle worker writes nothing.
    """
    only = registry.only - already
    if registry.only and not only:
        return None
    kind = service.due_kind(db.session(), utc_now(), registry.left_out | already, only)
    db.session.rollback()
    if kind is None:
        return None
    with transaction() as session:
        jobs = service.claim(session, kind, utc_now(), registry.batch_of(kind), registry.policy_of(kind))
        claimed = [Claimed(job.id, job.payload, job.attempts) for job in jobs]
    if claimed:
        _run(registry, kind, claimed)
    return kind


def run_pass(registry: Registry, proceed: Callable[[], bool] = lambda: True) -> None:
    """Run due jobs for a few seconds while `proceed` returns True, a batch of each kind in turn.

    So no kind holds up another for longer than a batch takes, and the caller gets back to its other duties.
    """
    _give_up_outdated(registry)
    end, done = time.monotonic() + PASS_SECONDS, frozenset[str]()
    for _ in range(MAX_BATCHES):
        if time.monotonic() >= end or not proceed():
            return
        kind = run_due(registry, done)
        if kind is None and done:
            done = frozenset()
            kind = run_due(registry)
        if kind is None:
            return
        done |= {kind}


def _give_up_outdated(registry: Registry) -> None:
    kinds = (registry.only or set(registry.policies)) - registry.left_out
    policies = {kind: registry.policy_of(kind) for kind in kinds}
    outdated = has_outdated(db.session(), policies)
    db.session.rollback()
    if outdated:
        with transaction() as session:
            give_up_outdated(session, policies)


def _run(registry: Registry, kind: str, claimed: list[Claimed]) -> None:
    """Run a batch; if it fails, run its jobs one by one, so that one bad job does not hold up the others."""
    if len(claimed) > 1 and _attempt(registry, kind, claimed) is None:
        return
    for job in claimed:
        error = _attempt(registry, kind, [job])
        if error is not None:
            _note_failure(registry.policy_of(kind), kind, job, error)
            registry.report(error, f"job {kind}")


def _note_failure(policy: RetryPolicy, kind: str, job: Claimed, error: Exception) -> None:
    """Have the job tried again or given up, as its policy says; let all of its kind wait if they need the same."""
    text, is_permanent = _text_of(error), isinstance(error, policy.permanent)
    code = f"{type(error).__name__} {getattr(error, 'code', '')}".strip()
    with transaction() as session:
        service.fail(session, [job.id], text, job.attempt, policy, code=code, is_permanent=is_permanent)
        if isinstance(error, policy.unavailable):
            postpone(session, kind, policy.pause_after(job.attempt), text)


def _attempt(registry: Registry, kind: str, claimed: list[Claimed]) -> Exception | None:
    """Run jobs, and remove them if that went well; else return what went wrong."""
    ids = [job.id for job in claimed]
    try:
        with kept(db.engine, ids):
            registry[kind]([job.payload for job in claimed])
    except Exception as error:
        db.session.rollback()
        if isinstance(error, registry.expected):
            logger.warning("%d job(s) of kind %s failed: %s", len(ids), kind, _text_of(error))
        else:
            logger.exception("%d job(s) of kind %s failed", len(ids), kind)
        return error
    with transaction() as session:
        service.finish(session, ids)
        if registry.policy_of(kind).unavailable:
            resume(session, kind, registry.policy_of(kind))
    return None


def _text_of(error: Exception) -> str:
    """Say what went wrong, without addresses where the error knows how to leave them out."""
    return f"{type(error).__name__}: {getattr(error, 'reason', '') or error}"
