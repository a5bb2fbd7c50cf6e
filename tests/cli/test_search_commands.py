"""`flask search`: how the index is, whether it holds what it should, and making it anew."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import pytest
from flask import Flask
from fragile import FragileIndex
from people import People

from app.core.config import Settings
from app.core.database import db
from app.core.state import beat
from app.jobs.models import Job
from app.search.interface import Document, SearchIndex
from app.search.progress import write_progress
from app.search.service import REBUILD

# By its name: in the package `search` is the group of commands.
commands = import_module("app.cli.search")


@pytest.fixture
def index() -> SearchIndex:
    return FragileIndex()


def run(app: Flask, *arguments: str, status: int = 0) -> str:
    result = app.test_cli_runner().invoke(args=["search", *arguments])
    assert result.exit_code == status, result.output
    return result.output


def test_status_tells_what_there_is_and_what_waits(
    app: Flask, people: People, index: FragileIndex, settings: Settings, work: Callable[[], None]
) -> None:
    people.post("alice", "one")
    people.write("alice", "bob", "two")
    output = run(app, "status")
    assert "engine: whoosh" in output
    assert "in the index: 0" in output
    assert "in the database: 2" in output
    assert "changes that wait: 2, the oldest for" in output
    work()
    assert "in the index: 2" in run(app, "status")
    assert "changes that wait: 0\n" in run(app, "status")
    index.away = True
    assert "none can be read (switched off)" in run(app, "status")


def test_verify_names_what_differs_and_repair_mends_it(
    app: Flask, people: People, index: FragileIndex, work: Callable[[], None]
) -> None:
    numbers = [people.post("alice", f"word {number}") for number in range(3)]
    work()
    assert "the index holds what the database holds" in run(app, "verify")
    index.update([], [("post", numbers[0])])
    index.update([Document("post", 4711, "of old"), Document("message", 1, "of old")], [])
    output = run(app, "verify", status=1)
    assert "post: 1 missing, 1 too many" in output
    assert "message: 0 missing, 1 too many" in output
    assert "mends it" in run(app, "verify", "--repair")
    work()
    assert "the index holds what the database holds" in run(app, "verify")
    index.away = True
    assert "cannot be read" in run(app, "verify", status=1)


def test_rebuild_without_a_worker_says_so_and_leaves_it_to_be_done(app: Flask, work: Callable[[], None]) -> None:
    assert commands.NO_WORKER in run(app, "rebuild")
    with app.app_context():
        assert db.session.query(Job).filter_by(kind=REBUILD).count() == 1
    assert "being made anew: waiting" in run(app, "status")


def test_rebuild_shows_its_progress_until_it_is_done(
    app: Flask, settings: Settings, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    beat(settings.run_dir)
    steps = [lambda: write_progress(settings.run_dir, 50, 200), work]

    def next_step(_seconds: float) -> None:
        steps.pop(0)()

    monkeypatch.setattr(commands.time, "sleep", next_step)
    output = run(app, "rebuild")
    assert "25 % of 200" in output
    assert output.rstrip().endswith("done")
    assert "makes the search index anew" in run(app, "rebuild", "--no-wait")
