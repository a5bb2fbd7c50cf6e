"""Several workers on one database: each job is done, by one of them, also when one is killed in the middle."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from people import People
from postbox import Postbox
from processes import end, environment_of, eventually
from sqlalchemy import func, select, update

from app.core.config import PROJECT_ROOT, Settings
from app.core.database import db, transaction
from app.core.named_lock import LEADER, LastingLock
from app.core.time import utc_now
from app.exports.models import Export
from app.exports.tasks import remove_strays
from app.jobs import lease
from app.jobs.models import Job
from app.jobs.runner import Registry, run_due
from app.jobs.service import LEASE, claim, enqueue, fail, release_all
from app.mail.letter import Letter
from app.mail.service import send_later
from app.search.service import UPDATE

pytestmark = pytest.mark.sqlite("starts servers of its own")
LETTERS = 40


@contextmanager
def worker(settings: Settings, postbox: Postbox) -> Iterator[subprocess.Popen[bytes]]:
    """A worker on a machine of its own, which says what it does in the file `log` there."""
    mail = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(postbox.settings.port), "MAIL_SENDER": "m@example.org"}
    with (settings.run_dir / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.worker"], cwd=PROJECT_ROOT, stdout=log, stderr=log,
            env=environment_of(settings) | mail,
        )  # fmt: skip
    try:
        yield process
    finally:
        end(process)


def said(settings: Settings) -> str:
    """What the worker of a machine said."""
    return (settings.run_dir / "log").read_text()


def rows(app: Flask) -> list[Job]:
    with app.app_context():
        found = list(db.session.scalars(select(Job).order_by(Job.id)))
        db.session.expunge_all()
        return found


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Job)) or 0


def wake(settings: Settings) -> None:
    """Tell the worker of a machine to look, as a web process there would; by itself it looks every ten seconds."""
    (settings.run_dir / "wake").write_bytes(b".")


def let_time_pass(app: Flask) -> None:
    """Let the leases of all jobs come to their end."""
    with app.app_context(), transaction() as session:
        session.execute(update(Job).values(due=utc_now()))


def test_two_workers_share_the_work_and_one_that_is_killed_leaves_its_letter_to_the_other(
    app: Flask, machine: Callable[[str], Settings]
) -> None:
    one, other = machine("one"), machine("other")
    with Postbox() as postbox, worker(one, postbox) as first, worker(other, postbox):
        eventually(lambda: all((each.run_dir / "worker-heartbeat").exists() for each in (one, other)))
        with app.app_context(), transaction():
            for number in range(LETTERS):
                send_later(Letter(f"{number}@example.org", f"letter {number}", "text", "<p>text</p>"))
        wake(one)
        wake(other)
        eventually(lambda: "mail sent" in said(one) and "mail sent" in said(other))
        first.send_signal(signal.SIGKILL)
        first.wait()
        # What the dead one had in hand waits for the end of its lease, and for nothing else.
        eventually(lambda: len(left := rows(app)) <= 1 and all(job.attempts for job in left))
        assert all(job.due is not None and job.due <= utc_now() + LEASE for job in rows(app))
        let_time_pass(app)
        wake(other)
        eventually(lambda: count(app) == 0)
        received = Counter(letter["To"] for letter in postbox.letters)
        assert set(received) == {f"{number}@example.org" for number in range(LETTERS)}
        assert sum(received.values()) <= LETTERS + 1, "only the letter that was just being sent may come twice"
        assert len({letter["Message-ID"] for letter in postbox.letters}) == LETTERS, "and then it bears the same name"


class Deadly(Postbox):
    """A mail server that ends its client when it has taken a letter, before it says so."""

    victim: subprocess.Popen[bytes] | None = None

    async def handle_DATA(self, *arguments: Any) -> str:  # noqa: N802  the library's name
        if self.victim is not None:
            self.victim.kill()
            self.victim.wait()
        return await super().handle_DATA(*arguments)


def test_a_letter_that_was_taken_from_a_worker_that_died_of_it_comes_twice_with_one_name(
    app: Flask, settings: Settings
) -> None:
    with app.app_context(), transaction():
        send_later(Letter("a@example.org", "a letter", "text", "<p>text</p>"))
    with Deadly() as postbox:
        with worker(settings, postbox) as process:
            postbox.victim = process
            eventually(lambda: len(postbox.letters) == 1)
        postbox.victim = None
        (job,) = rows(app)
        assert job.attempts == 1
        let_time_pass(app)
        with worker(settings, postbox):
            eventually(lambda: count(app) == 0)
        first, second = postbox.letters
    assert first["Message-ID"]
    assert first["Message-ID"] == second["Message-ID"]


def test_one_of_them_keeps_the_index_and_another_one_once_that_is_gone(settings: Settings) -> None:
    assert settings.database is not None
    one, other = (LastingLock(settings.database, LEADER) for _ in range(2))
    try:
        for _ in range(2):
            one.look()
            other.look()
            assert (one.is_held, other.is_held) == (True, False)
        one.let_go()
        eventually(lambda: other.look() or other.is_held)
        one.look()
        assert not one.is_held
    finally:
        one.let_go()
        other.let_go()


def test_what_is_left_to_another_one_is_neither_done_nor_waited_for(app: Flask) -> None:
    done: list[str] = []
    registry = Registry()
    registry.register(UPDATE, lambda payloads: done.append(UPDATE))
    registry.register("other", lambda payloads: done.append("other"))
    with app.app_context():
        with transaction():
            enqueue(UPDATE, {})
            enqueue("other", {})
        registry.left_out = frozenset({UPDATE})
        while run_due(registry):
            pass
        assert done == ["other"]
        registry.left_out = frozenset()
        while run_due(registry):
            pass
        assert done == ["other", UPDATE]


def test_a_job_that_takes_long_stays_with_the_worker_that_has_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "SECONDS_BETWEEN", 0.01)
    registry = Registry()

    def long(_payloads: Sequence[dict[str, Any]]) -> None:
        (job,) = rows(app)
        before = job.due
        eventually(lambda: rows(app)[0].due != before)

    registry.register("long", long)
    with app.app_context():
        with transaction():
            enqueue("long", {})
        assert run_due(registry)
    assert rows(app) == []


def test_a_worker_that_starts_takes_nothing_out_of_the_hands_of_others(app: Flask) -> None:
    with app.app_context():
        with transaction():
            enqueue("in hand", {})
            enqueue("waits for company", {}, wait=timedelta(minutes=1))
            enqueue("of before the clock was put back", {})
        now = utc_now()
        with transaction() as session:
            claim(session, "in hand", now)
            claim(session, "of before the clock was put back", now + timedelta(minutes=30))
        with transaction() as session:
            release_all(session, shared=True)
    due = {job.kind: job.due is not None and job.due <= utc_now() for job in rows(app)}
    assert due == {"in hand": False, "waits for company": True, "of before the clock was put back": True}


def test_whoever_fails_after_its_lease_has_ended_says_nothing_about_the_next_try(app: Flask) -> None:
    with app.app_context():
        with transaction():
            enqueue("kind", {})
        with transaction() as session:
            (slow,) = claim(session, "kind", utc_now())
            number, attempt = slow.id, slow.attempts
        with transaction() as session:
            (next_one,) = claim(session, "kind", utc_now() + 2 * LEASE)
            due = next_one.due
        with transaction() as session:
            fail(session, [number], "too late", attempt)
    (job,) = rows(app)
    assert job.due == due
    assert job.error is None


def test_a_file_that_another_machine_is_making_is_no_stray(app: Flask, settings: Settings, people: People) -> None:
    folder = settings.exports_dir
    folder.mkdir(parents=True)
    with app.app_context():
        with transaction() as session:
            session.add_all([Export(id=1, user_id=1), Export(id=2, user_id=1, file="2-made.zip", progress=100)])
        for name in ("1-begun.partial", "1-whole.zip", "2-made.zip", "2-other.zip", "3-nobodys.zip"):
            (folder / name).touch()
        remove_strays(folder)
    assert {path.name for path in folder.iterdir()} == {"1-begun.partial", "1-whole.zip", "2-made.zip"}
