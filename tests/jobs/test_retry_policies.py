"""Each kind of job has its policy: how long it is tried, when it is given up, and what is left of it then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask

from app.core import state
from app.core.config import Settings
from app.core.database import db, transaction
from app.core.time import utc_now
from app.handlers import MAIL_POLICY
from app.jobs import retries, runner, service
from app.jobs.models import Job
from app.jobs.overview import list_jobs, retry
from app.jobs.policy import FOREVER, RetryPolicy
from app.jobs.retries import ERASED_LIFETIME, retry_once
from app.jobs.runner import Registry, run_due, run_pass
from app.jobs.service import ERASED, claim, enqueue, enqueue_once, is_live
from app.mail.errors import MailFailed, MailServerUnavailable, RecipientRefused

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Clock:
    """The time for everything that jobs do; tests move it."""

    def __init__(self) -> None:
        self.now = utc_now()

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (service, runner, retries):
        monkeypatch.setattr(module, "utc_now", clock)
    return clock


class Failing:
    """A handler that raises what it is told to, and counts its calls."""

    def __init__(self, error: Exception | None) -> None:
        self.error, self.calls = error, 0

    def __call__(self, _payloads: Sequence[dict[str, Any]]) -> None:
        self.calls += 1
        if self.error:
            raise self.error


def registry_of(handler: Callable[..., None], policy: RetryPolicy, kind: str = "test") -> Registry:
    registry = Registry(expected=(MailFailed,))
    registry.register(kind, handler, batch=1, policy=policy)
    return registry


def write(app: Flask, clock: Clock, kind: str = "test", count: int = 1, **options: Any) -> None:
    with app.app_context(), transaction() as session:
        for number in range(count):
            enqueue(kind, {"id": number, "link": "https://secret"}, **options)
        session.flush()
        for job in session.query(Job):
            job.created_at = min(job.created_at, clock.now)


def rows(app: Flask) -> list[Job]:
    with app.app_context():
        found = db.session.query(Job).order_by(Job.id).all()
        db.session.expunge_all()
        return found


def pass_time(app: Flask, clock: Clock, registry: Registry, until: timedelta) -> list[timedelta]:
    """Do what is due, whenever it is due, for so long; when that was, since the beginning."""
    start, tries = clock.now, []
    with app.app_context():
        while clock.now - start < until:
            run_pass(registry)
            tries.append(clock.now - start)
            due = service.next_due(db.session())
            db.session.rollback()
            if due is None:
                break
            clock.now = max(clock.now, due)
    return tries


@pytest.mark.parametrize("error", [MailFailed("451"), MailServerUnavailable("timed out"), OSError("whatever")])
def test_an_e_mail_is_tried_for_two_days_with_pauses_up_to_an_hour(app: Flask, clock: Clock, error: Exception) -> None:
    handler = Failing(error)
    write(app, clock)
    tries = pass_time(app, clock, registry_of(handler, MAIL_POLICY), timedelta(days=4))
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == HOUR
    assert timedelta(days=2) <= tries[-1] <= timedelta(days=2) + HOUR
    (job,) = rows(app)
    assert (job.due, job.payload) == (None, {})
    assert "secret" not in (job.error or "")
    assert handler.calls > 40


def test_a_refused_recipient_is_given_up_at_once(app: Flask, clock: Clock) -> None:
    handler = Failing(RecipientRefused("bob@example.org: 550", "550 no", "550 5.1.1"))
    write(app, clock)
    pass_time(app, clock, registry_of(handler, MAIL_POLICY), DAY)
    (job,) = rows(app)
    assert (handler.calls, job.due, job.payload) == (1, None, {})
    assert job.error == "RecipientRefused 550 5.1.1" + ERASED


def test_an_expired_job_is_never_begun_and_loses_its_payload(app: Flask, clock: Clock) -> None:
    handler = Failing(MailServerUnavailable("away"))
    registry = registry_of(handler, MAIL_POLICY)
    write(app, clock, count=3, expires_at=clock.now + timedelta(minutes=10))
    tries = pass_time(app, clock, registry, timedelta(minutes=5))
    assert tries
    calls, handler.error = handler.calls, None
    clock.now += timedelta(minutes=10)
    with app.app_context():
        run_pass(registry)
    assert handler.calls == calls
    assert [(job.due, job.payload) for job in rows(app)] == [(None, {})] * 3


def test_an_unavailable_server_makes_all_of_the_kind_wait(app: Flask, clock: Clock) -> None:
    handler = Failing(MailServerUnavailable("timed out"))
    registry = registry_of(handler, MAIL_POLICY)
    write(app, clock, count=20)
    with app.app_context():
        run_pass(registry)
    assert handler.calls == 1
    assert all(job.due is not None and job.due > clock.now for job in rows(app))


def test_an_available_server_gets_all_that_waited(app: Flask, clock: Clock) -> None:
    handler = Failing(MailServerUnavailable("timed out"))
    registry = registry_of(handler, MAIL_POLICY)
    write(app, clock, count=20)
    pass_time(app, clock, registry, 6 * HOUR)
    handler.error = None
    clock.now += HOUR
    with app.app_context():
        run_pass(registry)
    assert rows(app) == []


def test_an_index_update_is_tried_for_ever(app: Flask, clock: Clock) -> None:
    handler = Failing(OSError("away"))
    write(app, clock)
    pass_time(app, clock, registry_of(handler, FOREVER), timedelta(days=3))
    (job,) = rows(app)
    assert job.due is not None
    assert job.payload["link"]


def test_a_pass_gives_each_kind_its_turn(app: Flask, clock: Clock) -> None:
    done: list[str] = []
    registry = Registry()
    for kind in ("many", "few"):
        registry.register(kind, lambda _payloads, kind=kind: done.append(kind), batch=1)
    write(app, clock, "many", 5)
    write(app, clock, "few", 2)
    with app.app_context():
        run_pass(registry)
    assert done == ["many", "few", "many", "few", "many", "many", "many"]


def test_a_pass_ends_although_work_is_left(app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = Failing(None)
    registry = registry_of(handler, FOREVER)
    write(app, clock, count=5)
    monkeypatch.setattr(runner, "MAX_BATCHES", 2)
    with app.app_context():
        run_pass(registry)
        assert handler.calls == 2
        monkeypatch.setattr(runner, "PASS_SECONDS", 0.0)
        run_pass(registry)
        assert handler.calls == 2


def test_a_restart_tries_given_up_jobs_once(app: Flask, clock: Clock) -> None:
    handler = Failing(OSError("broken"))
    registry = registry_of(handler, RetryPolicy(max_attempts=None, max_age=DAY))
    write(app, clock)
    pass_time(app, clock, registry, 3 * DAY)
    calls = handler.calls
    with app.app_context():
        with transaction() as session:
            retry_once(session)
        while run_due(registry):
            pass
    assert handler.calls == calls + 1
    assert [job.due for job in rows(app)] == [None]


def test_only_a_start_of_the_appliance_is_a_restart(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    assert [state.note_start(settings.run_dir) for _ in range(3)] == [True, False, False]
    monkeypatch.setattr(state.os, "getppid", lambda: 1)
    assert [state.note_start(settings.run_dir) for _ in range(2)] == [True, False]


def test_what_ends_its_worker_is_run_alone(app: Flask, clock: Clock) -> None:
    write(app, clock, count=5)
    for _ in range(3):
        with app.app_context(), transaction() as session:
            claim(session, "test", clock.now)
            for job in session.query(Job):
                job.due = clock.now
    with app.app_context(), transaction() as session:
        assert len(claim(session, "test", clock.now)) == 1


def test_an_erased_job_is_not_tried_again_and_forgotten_after_a_week(app: Flask, clock: Clock) -> None:
    handler = Failing(RecipientRefused("no"))
    registry = registry_of(handler, MAIL_POLICY)
    write(app, clock)
    with app.app_context():
        run_pass(registry)
        with transaction() as session:
            retry_once(session)
            assert retry(session) == 0
        run_pass(registry)
        assert [job.can_retry for job in list_jobs(db.session())] == [False]
        clock.now += ERASED_LIFETIME
        run_pass(registry)
    assert handler.calls == 1
    assert rows(app) == []


def test_a_job_is_written_once_unless_the_one_before_was_given_up(app: Flask, clock: Clock) -> None:
    def ask() -> None:
        with app.app_context(), transaction():
            enqueue_once("test", {"id": 7})

    ask()
    ask()
    assert len(rows(app)) == 1
    with app.app_context(), transaction() as session:
        session.query(Job).one().due = None
    with app.app_context():
        assert not is_live("test", 7)
    ask()
    assert [job.due is not None for job in rows(app)] == [True]
