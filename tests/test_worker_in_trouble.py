"""What goes wrong around the worker passes, and the worker is still there when it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from fragile import FragileIndex
from people import People

from app.core.config import Settings
from app.core.database import db, transaction
from app.core.errors import StorageFull
from app.jobs.models import Job
from app.jobs.policy import MAX_ATTEMPTS
from app.search.interface import Document, SearchIndex
from app.search.language import parse
from app.search.progress import read_progress
from app.search.service import REBUILD, request_rebuild
from app.worker import BEAT_SECONDS, PAUSE_AFTER_TROUBLE, Worker


@pytest.fixture
def index() -> SearchIndex:
    return FragileIndex()


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


def test_told_to_stop_while_it_makes_the_index_anew_it_stops_and_leaves_that_for_later(
    app: Flask, people: People, worker: Worker, index: FragileIndex, monkeypatch
) -> None:
    people.post("alice", "one")
    people.post("alice", "two")
    rebuild = index.rebuild
    seen: list[int] = []

    def interrupted(documents: Iterable[Document]) -> None:
        def until_told(documents: Iterable[Document]) -> Iterator[Document]:
            for document in documents:
                seen.append(document.id)
                worker.stop()
                yield document

        rebuild(until_told(documents))

    monkeypatch.setattr(index, "rebuild", interrupted)
    with app.app_context():
        with transaction():
            request_rebuild()
        worker.run()
        assert len(seen) == 1
        assert db.session.query(Job).filter_by(kind=REBUILD).count() == 1


def test_a_call_to_stop_ends_the_wait(app: Flask, worker: Worker, monkeypatch) -> None:
    def told_while_it_works() -> float:
        worker.stop()
        return 3600.0

    monkeypatch.setattr(worker, "work_once", told_while_it_works)
    with app.app_context():
        worker.run()


def test_with_nothing_to_do_it_looks_again_after_a_beat(app: Flask, worker: Worker, settings: Settings) -> None:
    assert work(app, worker) == BEAT_SECONDS
    assert Path(settings.run_dir / "wake").exists()


def test_what_is_written_while_the_index_is_made_anew_is_found_meanwhile_and_afterwards(
    app: Flask, people: People, worker: Worker, index: FragileIndex, settings: Settings, monkeypatch
) -> None:
    for number in range(3):
        people.post("alice", f"before {number}")
    work(app, worker)
    monkeypatch.setattr("app.search.service.SECONDS_BETWEEN_LOOKS", 0.0)
    rebuild, found = index.rebuild, []

    def slow(documents: Iterable[Document]) -> None:
        def with_writing(documents: Iterable[Document]) -> Iterator[Document]:
            for number, document in enumerate(documents):
                if number >= 3:
                    yield document
                    continue
                found.append(index.search("post", parse("meanwhile"), 0, 10).total)
                assert read_progress(settings.run_dir) == (number, 3)
                people.post("bob", f"meanwhile {number}")
                yield document

        rebuild(with_writing(documents))

    monkeypatch.setattr(index, "rebuild", slow)
    with app.app_context(), transaction():
        request_rebuild()
    work(app, worker)
    assert found == [0, 1, 2]
    assert index.search("post", parse("meanwhile"), 0, 10).total == 3
    assert index.count() == people.count_posts() == 6
    assert read_progress(settings.run_dir) is None


def test_what_an_engine_missed_for_so_long_that_its_jobs_were_given_up_is_made_up_for(
    app: Flask, people: People, worker: Worker, index: FragileIndex
) -> None:
    work(app, worker)
    people.post("alice", "meanwhile")
    with app.app_context(), transaction() as session:
        for job in session.query(Job):
            job.due, job.attempts, job.error = None, MAX_ATTEMPTS, "SearchAway: no answer"
    assert work(app, worker) == BEAT_SECONDS
    assert index.count() == 0, "looked after a moment ago"
    worker._index_care._healed = None
    work(app, worker)
    work(app, worker)
    assert index.count() == 1
