"""A job is written with its data, done once, tried again when it failed, and never lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from statements import Statements
from threads import at_once

from app.core.database import db, transaction
from app.core.time import utc_now
from app.jobs import service
from app.jobs.models import Job
from app.jobs.policy import DEFAULT, MAX_ATTEMPTS
from app.jobs.runner import Registry, run_due
from app.jobs.service import CROWD, LEASE, claim, enqueue, fail, finish, release_all
from app.jobs.wake import Listener

LONG = timedelta(hours=1)


class Handler:
    """Remembers what it was given; fails on the payloads it was told to."""

    def __init__(self, *bad: int) -> None:
        self.batches: list[list[int]] = []
        self._bad = set(bad)

    def __call__(self, payloads: Sequence[dict[str, Any]]) -> None:
        numbers = [payload["n"] for payload in payloads]
        self.batches.append(numbers)
        if self._bad & set(numbers):
            raise ValueError(f"bad: {numbers}")

    @property
    def done(self) -> set[int]:
        """What it was given without failing."""
        return {number for batch in self.batches if not self._bad & set(batch) for number in batch}


@pytest.fixture
def handler() -> Handler:
    return Handler()


@pytest.fixture
def jobs() -> Registry:
    """No handlers yet."""
    return Registry()


def write(app: Flask, *numbers: int, kind: str = "test", wait: timedelta = timedelta()) -> None:
    with app.app_context(), transaction():
        for number in numbers:
            enqueue(kind, {"n": number}, wait=wait)


def rows(app: Flask) -> list[Job]:
    with app.app_context():
        found = db.session.query(Job).order_by(Job.id).all()
        db.session.expunge_all()
        return found


def run(app: Flask, jobs: Registry) -> int:
    """Run until nothing is due; how many batches there were."""
    with app.app_context():
        batches = 0
        while run_due(jobs):
            batches += 1
        return batches


def test_jobs_of_a_kind_are_done_in_one_batch_in_their_order_and_are_gone(
    app: Flask, jobs: Registry, handler: Handler
) -> None:
    jobs.register("test", handler)
    write(app, 1, 2, 3)
    assert run(app, jobs) == 1
    assert handler.batches == [[1, 2, 3]]
    assert rows(app) == []


def test_a_job_is_written_with_its_data_or_not_at_all(app: Flask) -> None:
    def broken() -> None:
        with app.app_context(), transaction():
            enqueue("test", {})
            db.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert rows(app) == []


def test_the_worker_is_woken_after_the_commit_and_only_then(app: Flask, settings, monkeypatch) -> None:
    woken: list[int] = []
    monkeypatch.setattr(service, "wake_worker", lambda: woken.append(len(rows(app))))
    write(app, 1)
    assert woken == [1], "the row was there to be found"
    with pytest.raises(ZeroDivisionError), app.app_context(), transaction():  # noqa: PT012  the block is the subject
        enqueue("test", {})
        raise ZeroDivisionError
    assert woken == [1]


def test_a_wake_up_call_ends_the_wait(app: Flask, settings) -> None:
    listener = Listener(settings.run_dir)
    write(app, 1)
    listener.wait(3600)
    listener.wait(0)  # and is used up by it


def test_without_a_worker_a_wake_up_call_is_lost_without_harm(app: Flask) -> None:
    write(app, 1)
    assert len(rows(app)) == 1


def test_one_bad_job_holds_up_no_other(app: Flask, jobs: Registry) -> None:
    handler = Handler(2)
    jobs.register("test", handler)
    write(app, 1, 2, 3)
    run(app, jobs)
    assert handler.done == {1, 3}
    (left,) = rows(app)
    assert left.payload == {"n": 2}
    assert left.error == "ValueError: bad: [2]"
    assert left.attempts == 1
    assert left.due is not None
    assert left.due > utc_now() - timedelta(seconds=1)


def test_a_job_without_a_handler_stays_with_its_error_and_holds_up_no_other(
    app: Flask, jobs: Registry, handler: Handler
) -> None:
    jobs.register("test", handler)
    write(app, 1, kind="unheard-of")
    write(app, 2)
    run(app, jobs)
    assert handler.done == {2}
    (left,) = rows(app)
    assert "no handler for jobs of kind 'unheard-of'" in (left.error or "")


def test_a_failed_job_is_tried_again_after_a_pause_that_doubles_and_given_up_in_the_end(
    app: Flask, jobs: Registry
) -> None:
    jobs.register("test", Handler(1))
    write(app, 1)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert run(app, jobs) == 1
        (job,) = rows(app)
        assert job.attempts == attempt
        make_due(app)
    assert job.due is None
    assert run(app, jobs) == 0, "what was given up is left alone"


def make_due(app: Flask) -> None:
    """Let the pauses of all jobs that were not given up be over."""
    with app.app_context(), transaction() as session:
        for job in session.query(Job).filter(Job.due.is_not(None)):
            job.due = utc_now()


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 1), (2, 2), (3, 4), (9, 256), (20, 3600)])
def test_the_pause_doubles_up_to_an_hour(attempts: int, seconds: int) -> None:
    assert DEFAULT.pause_after(attempts) == timedelta(seconds=seconds)


def test_nobody_else_gets_a_job_while_its_lease_lasts(app: Flask) -> None:
    write(app, 1)
    now = utc_now()
    with app.app_context(), transaction() as session:
        assert len(claim(session, "test", now)) == 1
    with app.app_context(), transaction() as session:
        assert claim(session, "test", now + LEASE / 2) == []
        assert len(claim(session, "test", now + LEASE * 2)) == 1, "its worker has died"


def test_many_workers_at_once_do_each_job_once(app: Flask, jobs: Registry, handler: Handler) -> None:
    jobs.register("test", handler)
    for number in range(30):
        write(app, number)
    results = at_once(*[lambda: run(app, jobs)] * 4)
    assert not [result for result in results if isinstance(result, Exception)]
    assert sorted(number for batch in handler.batches for number in batch) == list(range(30))
    assert rows(app) == []


def test_what_a_dead_worker_had_in_hand_is_due_at_once_and_what_pauses_is_not(app: Flask) -> None:
    write(app, 1, 2)
    now = utc_now()
    with app.app_context(), transaction() as session:
        _, second = claim(session, "test", now)
        fail(session, [second.id], "wait a little")
        pause = second.due
    with app.app_context(), transaction() as session:
        release_all(session)
    leased, paused = rows(app)
    assert leased.due is not None
    assert leased.due <= utc_now()
    assert paused.due == pause


def test_a_pause_from_before_the_clock_was_put_back_ends_when_the_worker_starts(app: Flask, monkeypatch) -> None:
    write(app, 1)
    future = utc_now() + timedelta(days=400)
    monkeypatch.setattr(service, "utc_now", lambda: future)
    with app.app_context(), transaction() as session:
        (job,) = claim(session, "test", future)
        fail(session, [job.id], "wait a little")
    monkeypatch.undo()
    with app.app_context(), transaction() as session:
        release_all(session)
    (job,) = rows(app)
    assert job.due is not None
    assert job.due <= utc_now()


def test_a_job_that_ends_its_worker_each_time_is_given_up(app: Flask) -> None:
    write(app, 1)
    for _ in range(MAX_ATTEMPTS + 1):
        with app.app_context(), transaction() as session:
            claim(session, "test", utc_now())
        with app.app_context(), transaction() as session:
            release_all(session)
    (job,) = rows(app)
    assert job.due is None
    assert job.error == service.WORN_OUT


def test_what_may_wait_is_left_alone_until_its_time(app: Flask, jobs: Registry, handler: Handler) -> None:
    jobs.register("test", handler)
    write(app, 1, 2, wait=LONG)
    assert run(app, jobs) == 0
    make_due(app)
    assert run(app, jobs) == 1
    assert handler.batches == [[1, 2]]


def test_what_may_wait_is_done_with_the_first_of_its_kind_that_may_not(
    app: Flask, jobs: Registry, handler: Handler
) -> None:
    jobs.register("test", handler)
    write(app, 1, wait=LONG)
    write(app, 2, kind="other", wait=LONG)
    write(app, 3)
    assert run(app, jobs) == 1
    assert handler.batches == [[3, 1]]
    assert [job.kind for job in rows(app)] == ["other"]


def test_when_much_has_come_together_nothing_of_it_waits_any_longer(
    app: Flask, jobs: Registry, handler: Handler
) -> None:
    jobs.register("test", handler)
    write(app, *range(CROWD - 1), wait=LONG)
    assert run(app, jobs) == 0
    write(app, CROWD, wait=LONG)
    assert run(app, jobs) == 1
    assert rows(app) == []


def test_what_pauses_after_a_failure_is_not_taken_along_before_its_time(
    app: Flask, jobs: Registry, handler: Handler
) -> None:
    jobs.register("test", Handler(1))
    write(app, 1)
    run(app, jobs)
    jobs.register("test", handler)
    with app.app_context(), transaction() as session:
        session.query(Job).one().due = utc_now() + LONG
    write(app, 2)
    run(app, jobs)
    assert handler.batches == [[2]]


def test_a_worker_that_starts_lets_nothing_wait(app: Flask, jobs: Registry, handler: Handler) -> None:
    jobs.register("test", handler)
    write(app, 1, wait=LONG)
    with app.app_context(), transaction() as session:
        release_all(session)
    run(app, jobs)
    assert handler.batches == [[1]]


def test_a_finished_job_is_gone(app: Flask) -> None:
    write(app, 1)
    with app.app_context(), transaction() as session:
        finish(session, [job.id for job in claim(session, "test", utc_now())])
    assert rows(app) == []


def test_looking_for_work_writes_nothing(app: Flask, jobs: Registry, statements: Statements) -> None:
    with statements:
        assert run(app, jobs) == 0
    assert statements.queries
    assert statements.writes == []
