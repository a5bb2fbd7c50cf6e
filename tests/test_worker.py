"""The worker as a process of its own: found within a moment, stopped cleanly, killed at any moment without loss."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from databases import let_leases_end
from flask import Flask
from people import People
from processes import LIMIT_SECONDS, end, eventually, start

from app.core.config import Settings
from app.core.database import db, transaction
from app.jobs.models import Job
from app.posts.queries import KIND, get_post
from app.posts.service import delete_post
from app.search.interface import SearchIndex, SearchUnavailable
from app.search.language import parse
from app.search.service import request_rebuild
from app.search.whoosh_index import WhooshIndex
from app.worker import ANOTHER_WORKER

KILLS = 50


@pytest.fixture
def index(settings: Settings) -> Iterator[SearchIndex]:
    """The index that the worker writes, read by this process as a web process reads it."""
    index = WhooshIndex(settings.search_dir)
    yield index
    index.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """What the workers said."""
    return tmp_path / "worker.log"


@pytest.fixture
def worker(settings: Settings, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that runs."""
    process = start(settings, "-m", "app.worker", log=log)
    yield process
    end(process)


def total(index: SearchIndex, words: str) -> int:
    try:
        return index.search(KIND, parse(words), 0, 1).total
    except SearchUnavailable:
        return -1


def jobs(app: Flask) -> int:
    with app.app_context():
        return db.session.query(Job).count()


def delete(app: Flask, number: int) -> None:
    with app.app_context(), transaction():
        delete_post(get_post(number))


def ask_for_rebuild(app: Flask) -> None:
    with app.app_context(), transaction():
        request_rebuild()


def test_a_post_is_found_without_anybody_waiting_for_the_next_look(
    app: Flask, people: People, index: SearchIndex, worker: subprocess.Popen[bytes], log: Path
) -> None:
    eventually(lambda: total(index, "anything") == 0)
    people.post("alice", "harbour")
    eventually(lambda: total(index, "harbour") == 1)
    eventually(lambda: jobs(app) == 0)
    assert worker.poll() is None, log.read_text()


def test_asked_to_stop_it_stops_with_status_0(
    settings: Settings, index: SearchIndex, worker: subprocess.Popen[bytes], log: Path
) -> None:
    eventually(lambda: total(index, "anything") == 0)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(LIMIT_SECONDS) == 0
    assert "Traceback" not in log.read_text()
    assert "worker stopped" in log.read_text()


def test_a_second_worker_is_refused(
    settings: Settings, index: SearchIndex, worker: subprocess.Popen[bytes], log: Path
) -> None:
    eventually(lambda: total(index, "anything") == 0)
    second = start(settings, "-m", "app.worker", log=log)
    try:
        assert second.wait(LIMIT_SECONDS) == ANOTHER_WORKER
    finally:
        end(second)
    assert worker.poll() is None


def test_work_that_came_while_no_worker_ran_is_done(
    app: Flask, settings: Settings, people: People, index: SearchIndex, log: Path
) -> None:
    people.post("alice", "before")
    process = start(settings, "-m", "app.worker", log=log)
    try:
        eventually(lambda: total(index, "before") == 1)
    finally:
        end(process)


def test_an_index_that_vanishes_while_it_runs_is_made_anew(
    app: Flask, people: People, index: SearchIndex, worker: subprocess.Popen[bytes], settings: Settings
) -> None:
    people.post("alice", "first")
    eventually(lambda: total(index, "first") == 1)
    (settings.search_dir / "current").unlink()
    people.post("alice", "second")
    eventually(lambda: (total(index, "first"), total(index, "second")) == (1, 1))


def test_killed_fifty_times_at_any_moment_the_index_holds_exactly_what_the_database_holds(
    app: Flask,
    settings: Settings,
    people: People,
    index: SearchIndex,
    log: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moments = random.Random(4711)  # noqa: S311  moments, not secrets
    kept: list[int] = []
    for kill in range(KILLS):
        if kill % 10 == 5:
            ask_for_rebuild(app)
        process = start(settings, "-m", "app.worker", log=log)
        try:
            # At first it starts and heals, then it works: the moments lie in both.
            until = time.monotonic() + moments.uniform(0.2, 1.2)
            while time.monotonic() < until:
                # Some are indexed at once, others gather; a killed worker's successor makes up for both.
                monkeypatch.setattr("app.search.service.GATHERING", timedelta(seconds=moments.choice((0, 0.3, 15))))
                kept.append(people.post("alice", f"common word{len(kept)}"))
                if moments.random() < 0.2:
                    delete(app, kept.pop(moments.randrange(len(kept))))
                time.sleep(0.01)
        finally:
            end(process)
    let_leases_end(app)
    process = start(settings, "-m", "app.worker", log=log)
    try:
        eventually(lambda: jobs(app) == 0)
        assert people.count_posts() == len(kept)
        assert total(index, "common") == index.count() == len(kept)
        assert set(index.numbers(KIND)) == set(kept)
    finally:
        end(process)
