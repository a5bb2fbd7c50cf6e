"""Administrators see how everything stands, have a backup made, and remove old data; nothing is slow or written."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from page import PageClient
from people import People
from processes import eventually
from statements import Statements

from app.backup.making import Sources, make_backup
from app.backup.progress import is_asked, progress
from app.backup.store import Store
from app.core.config import Settings
from app.core.state import beat
from app.health import network, storage
from app.health.check import FAIL, OK, Check
from app.health.watch import Watch
from app.worker import BUSY_SECONDS, Worker

PAGE = "/admin/health"
OLD = "before-restore-20260101T000000Z"


@pytest.fixture(autouse=True)
def alive(settings: Settings) -> None:
    """A worker that gave a sign of life just now."""
    beat(settings.run_dir)


@pytest.fixture
def old_data(settings: Settings) -> Path:
    folder = settings.data_dir / OLD
    folder.mkdir()
    (folder / "app.db").write_bytes(b"1" * 2**20)
    return folder


def files(folder: Path) -> dict[Path, tuple[int, int]]:
    """Every file with its size and time, but for what SQLite's readers share."""
    return {
        path: (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-shm", "-wal", ".write.lock"))
    }


def test_every_check_is_there_with_its_state_and_what_to_do(alice: PageClient, monkeypatch) -> None:
    monkeypatch.setattr(storage, "file_system_of", lambda _folder: "nfs4")
    page = alice.page(PAGE)
    for words in ("Something is broken", "Free space", "Web server", "shows this page", "the data is on nfs4", "ext4"):
        assert words in page.text, words
    assert page.text.count("broken") >= 1


def test_the_page_does_not_ask_itself_and_writes_nothing(
    alice: PageClient, settings: Settings, statements: Statements, monkeypatch
) -> None:
    def asked() -> Check:
        raise AssertionError("with one thread it would wait for itself")

    monkeypatch.setattr(network, "_fetch", asked)
    alice.get(PAGE)
    before = files(settings.data_dir)
    statements.seen.clear()
    with statements:
        alice.get(PAGE)
    assert statements.writes == []
    assert len(statements.queries) <= 12
    assert files(settings.data_dir) == before


@pytest.mark.sqlite("a server has a tool of its own for backups")
def test_the_newest_backup_the_list_and_the_drill_are_shown(alice: PageClient, settings: Settings) -> None:
    assert "There is none yet" in alice.page(PAGE).text
    store = Store(settings.data_dir)
    made = make_backup(store, Sources(settings.data_dir, "0.1.0", settings.secret_key))
    store.note("drill", at="2026-01-01T00:00:00+00:00", ok=False, detail="it did not start")
    page = alice.page(PAGE)
    for words in (
        made.path.name,
        "1 backup,",
        "read again and compared",
        "did not start",
        "made in",
        "KiB",
        "The next",
    ):
        assert words in page.text, words


@pytest.mark.sqlite("a server has a tool of its own for backups")
def test_a_backup_that_is_asked_for_is_made_once_by_the_worker(
    app: Flask, alice: PageClient, settings: Settings, monkeypatch
) -> None:
    monkeypatch.setenv("MICROBLOG_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("SECRET_KEY", settings.secret_key)
    assert alice.send(f"{PAGE}/backup", form_at=PAGE).status_code == 302
    page = alice.page(PAGE)
    assert "A backup is being made" in page.text
    assert "Back up now" not in page.text
    assert (
        "One is being made already"
        in alice.post(f"{PAGE}/backup", data={"csrf_token": alice.token("/index")}, follow_redirects=True).text
    )
    with app.app_context():
        worker = Worker(app)
        assert worker.work_once() <= BUSY_SECONDS, "somebody waits for its end"
        assert is_asked(settings.run_dir), "another worker would begin it anew"
        assert alice.get(f"{PAGE}/progress").get_json()[0]["data"]["progress"] < 100, "never a moment of nothing"
        eventually(lambda: worker.work_once() and not worker._night.is_busy)
        assert not is_asked(settings.run_dir)
        worker.work_once()
        assert not worker._night.is_busy, "one, however often it is asked for"
    assert len(Store(settings.data_dir).backups()) == 1
    assert alice.get(f"{PAGE}/progress").get_json()[0]["data"]["progress"] == 100
    assert "Back up now" in alice.page(PAGE).text


@pytest.mark.sqlite("a server has a tool of its own for backups")
def test_how_far_a_backup_is_is_told_by_its_files(settings: Settings) -> None:
    assert progress(settings.data_dir) is None
    store = Store(settings.data_dir)
    size = settings.database_path.stat().st_size
    with store.workspace() as work:
        assert progress(settings.data_dir) is None, "a drill has no such files"
        (work / "app.partial").touch()
        seen = [progress(settings.data_dir)]
        (work / "app.partial").write_bytes(b"1" * (size // 2))
        seen.append(progress(settings.data_dir))
        (work / "app.partial").rename(work / "app.db")
        seen.append(progress(settings.data_dir))
        (work / "backup.tar.gz").write_bytes(b"1" * (size // 5))
        seen.append(progress(settings.data_dir))
        (work / "backup.tar.gz").rename(store.folder / "microblog-20260101T000000Z-v0.1.0.tar.gz")
        seen.append(progress(settings.data_dir))
    assert seen == sorted(set(seen), key=int), "it only grows"
    (store.folder / ".making-left-by-somebody-who-was-killed").mkdir()
    assert progress(settings.data_dir) is None


@pytest.mark.sqlite("a server has a tool of its own for backups")
def test_a_failed_attempt_is_told_with_its_reason(alice: PageClient, settings: Settings) -> None:
    store = Store(settings.data_dir)
    store.folder.mkdir()
    store.note("failed", at=datetime.now().astimezone().isoformat(), error="too little room for a backup")
    assert "too little room for a backup" in alice.page(PAGE).text


def test_old_data_is_shown_and_removed_after_a_question(alice: PageClient, old_data: Path) -> None:
    page = alice.page(PAGE)
    assert OLD in page.text
    assert "1.0 MiB" in page.text
    address = f"{PAGE}/old/{OLD}"
    assert "cannot be had again" in alice.page(address).text
    assert old_data.exists(), "a question removes nothing"
    assert alice.post(address).status_code in (400, 422)
    assert old_data.exists(), "nor does a forged answer"
    assert alice.send(address).status_code == 302
    assert not old_data.exists()
    assert "alice removed old data" in alice.page("/admin/events").text
    assert alice.get(address).status_code == 404


def test_while_a_backup_is_made_old_data_stays(alice: PageClient, settings: Settings, old_data: Path) -> None:
    token = alice.token(f"{PAGE}/old/{OLD}")
    with Store(settings.data_dir).workspace():
        answer = alice.post(f"{PAGE}/old/{OLD}", data={"csrf_token": token}, follow_redirects=True)
    assert "Try again when that is done" in answer.text
    assert old_data.exists()


def watched(settings: Settings, status: str) -> None:
    Watch(settings.run_dir)._keep({"disk": Check(status, "")})


def test_a_mark_stands_on_every_page_of_administrators_while_something_fails(
    people: People, alice: PageClient, charlie: PageClient, settings: Settings, monkeypatch
) -> None:
    mark = "something needs a look"
    watched(settings, OK)
    assert mark not in alice.get("/explore").text
    watched(settings, FAIL)
    assert mark in alice.get("/explore").text
    assert mark not in charlie.get("/explore").text
    monkeypatch.setattr("app.health.pages.STALE_SECONDS", -1.0)
    assert mark not in alice.get("/explore").text, "what was found long ago says nothing"


def test_a_silent_worker_marks_the_pages_too(alice: PageClient, settings: Settings, monkeypatch) -> None:
    monkeypatch.setattr("app.core.state.time", type("Clock", (), {"time": staticmethod(lambda: time.time() + 600)}))
    assert "something needs a look" in alice.get("/explore").text


@pytest.mark.sqlite("a server has a tool of its own for backups")
def test_one_that_was_asked_for_is_shown_as_made_once_it_lies_there(alice: PageClient, settings: Settings) -> None:
    alice.send(f"{PAGE}/backup", form_at=PAGE)
    make_backup(Store(settings.data_dir), Sources(settings.data_dir, "0.1.0", settings.secret_key))
    assert is_asked(settings.run_dir), "the worker has not seen its end"
    assert alice.get(f"{PAGE}/progress").get_json()[0]["data"]["progress"] == 100
