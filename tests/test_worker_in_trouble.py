"""What goes wrong around the worker passes, and the worker is still there when it has."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from fragile import FragileIndex
from people import People

from app.core.config import Settings
from app.core.errors import StorageFull
from app.search.interface import SearchIndex
from app.worker import BEAT_SECONDS, PAUSE_AFTER_TROUBLE, Stopped, Worker


@pytest.fixture
def index() -> SearchIndex:
    return FragileIndex()


@pytest.fixture
def worker(app: Flask) -> Worker:
    """A worker in this process."""
    return Worker(app)


def work(app: Flask, worker: Worker) -> float:
    with app.app_context():
        return worker.work_once()


def test_an_engine_that_is_away_when_the_worker_starts_is_waited_for(
    app: Flask, people: People, worker: Worker, index: FragileIndex
) -> None:
    index.away = True
    assert work(app, worker) == PAUSE_AFTER_TROUBLE
    people.post("alice", "meanwhile")
    index.away = False
    assert work(app, worker) <= BEAT_SECONDS
    assert index.count() == 1


def test_a_full_disk_is_waited_for(app: Flask, people: People, worker: Worker, monkeypatch) -> None:
    people.post("alice", "written before")

    def full(*_: object) -> None:
        raise StorageFull

    with monkeypatch.context() as patched:
        patched.setattr("app.jobs.service.claim", full)
        assert work(app, worker) == PAUSE_AFTER_TROUBLE
    assert work(app, worker) <= BEAT_SECONDS


@pytest.mark.parametrize("lost", [True, False])
def test_told_to_stop_it_stops_also_where_the_exception_is_lost(
    app: Flask, people: People, worker: Worker, index: FragileIndex, monkeypatch, lost: bool
) -> None:
    def interrupted() -> int:
        with suppress(Stopped if lost else ZeroDivisionError):  # as in a finaliser
            worker.stop()
        return 0

    monkeypatch.setattr(index, "count", interrupted)
    with app.app_context():
        worker.run()


def test_with_nothing_to_do_it_looks_again_after_a_beat(app: Flask, worker: Worker, settings: Settings) -> None:
    assert work(app, worker) == BEAT_SECONDS
    assert Path(settings.run_dir / "wake").exists()
