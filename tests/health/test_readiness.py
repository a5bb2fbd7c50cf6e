"""What the appliance says of itself, to Docker and to whoever wonders."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from page import PageClient
from sqlalchemy import null

from app import VERSION
from app.backup.making import Sources, make_backup
from app.backup.manifest import file_name
from app.backup.store import Store
from app.core.config import Settings
from app.core.database import db, transaction
from app.core.schema import INITIALISED
from app.core.state import beat
from app.core.time import utc_now
from app.health import backups, storage
from app.jobs.models import Job
from app.search.service import UPDATE


@pytest.fixture(autouse=True)
def alive(settings: Settings) -> None:
    """A worker that gave a sign of life just now."""
    beat(settings.run_dir)


def report(client: PageClient, status: int) -> dict[str, Any]:
    answer = client.get("/readyz")
    assert answer.status_code == status
    return answer.get_json()


def write_job(app: Flask, **columns: Any) -> None:
    with app.app_context(), transaction():
        db.session.add(Job(kind=UPDATE, payload={}, **columns))


@pytest.mark.sqlite("the file is what this is about")
def test_livez_answers_without_anything_else(client: PageClient, settings: Settings) -> None:
    settings.database_path.unlink()
    answer = client.get("/livez")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_when_all_is_well_everything_is_ok_even_before_set_up(client: PageClient) -> None:
    found = report(client, 200)
    assert found["status"] == "ok"
    assert {check["status"] for check in found["checks"].values()} == {"ok"}
    assert set(found["checks"]) == {"database", "schema", "worker", "disk", "search", "jobs", "backup", "drill"}


@pytest.mark.parametrize(("age", "status", "answer"), [(29, "ok", 200), (31, "warn", 200), (121, "fail", 503)])
def test_a_silent_worker_is_noticed(client: PageClient, settings: Settings, age: int, status: str, answer: int) -> None:
    past = time.time() - age
    os.utime(settings.run_dir / "worker-heartbeat", (past, past))
    assert report(client, answer)["checks"]["worker"]["status"] == status


def test_a_worker_that_never_started_is_noticed(client: PageClient, settings: Settings) -> None:
    (settings.run_dir / "worker-heartbeat").unlink()
    assert report(client, 503)["checks"]["worker"]["status"] == "fail"


@pytest.mark.parametrize(("age", "status", "answer"), [(20, "ok", 200), (40, "warn", 200), (400, "fail", 503)])
def test_a_search_index_that_falls_behind_is_noticed(
    app: Flask, client: PageClient, age: int, status: str, answer: int
) -> None:
    write_job(app, created_at=utc_now() - timedelta(seconds=age))
    assert report(client, answer)["checks"]["search"]["status"] == status


def test_work_that_was_given_up_is_noticed(app: Flask, client: PageClient) -> None:
    write_job(app, due=null())
    assert report(client, 200)["checks"]["jobs"] == {"status": "warn", "detail": "1 given up, 0 waiting"}


@pytest.mark.parametrize(("free", "status", "answer"), [(201, "ok", 200), (199, "warn", 200), (49, "fail", 503)])
def test_a_disk_that_fills_up_is_noticed(client: PageClient, monkeypatch, free: int, status: str, answer: int) -> None:
    class Usage:
        def __init__(self, mebibytes: int) -> None:
            self.free = mebibytes * 2**20

    monkeypatch.setattr(storage.shutil, "disk_usage", lambda _folder: Usage(free))
    assert report(client, answer)["checks"]["disk"] == {"status": status, "detail": f"{free} MiB free"}


def test_a_schema_of_another_version_is_noticed(app: Flask, client: PageClient) -> None:
    with app.app_context(), transaction() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert report(client, 503)["checks"]["schema"]["status"] == "fail"


@pytest.mark.sqlite("the file is what this is about")
def test_a_database_that_is_away_is_noticed_and_told_without_details(client: PageClient, settings: Settings) -> None:
    settings.database_path.unlink()
    settings.database_path.mkdir()
    found = report(client, 503)
    assert found["checks"]["database"]["status"] == "fail"
    assert str(settings.data_dir) not in str(found)


def backup(client: PageClient) -> tuple[str, str]:
    check = report(client, 200)["checks"]["backup"]
    return check["status"], check["detail"]


@pytest.mark.sqlite("a server has a tool of its own for backups")
def test_an_appliance_without_a_backup_is_noticed_after_its_first_night(client: PageClient, settings: Settings) -> None:
    marker = settings.data_dir / INITIALISED
    marker.touch()
    assert backup(client) == ("ok", "there is none yet")
    past = time.time() - 27 * 3600
    os.utime(marker, (past, past))
    assert backup(client) == ("warn", "there is none yet")


@pytest.mark.sqlite("a server has a tool of its own for backups")
def test_a_backup_that_is_old_or_failed_is_noticed(client: PageClient, settings: Settings) -> None:
    store = Store(settings.data_dir)
    store.folder.mkdir()
    (store.folder / file_name(utc_now() - timedelta(hours=27), VERSION)).touch()
    assert backup(client) == ("warn", "27 h old")
    (store.folder / file_name(utc_now() - timedelta(hours=25), VERSION)).touch()
    assert backup(client) == ("ok", "25 h old")
    store.note("failed", at=utc_now().isoformat(), error=f"no room in {store.folder}")
    assert backup(client) == ("warn", "the newest attempt failed")


@pytest.mark.sqlite("a server has a tool of its own for backups")
def test_a_backup_from_the_future_is_noticed(client: PageClient, settings: Settings) -> None:
    store = Store(settings.data_dir)
    store.folder.mkdir()
    (store.folder / file_name(utc_now() + timedelta(days=400), VERSION)).touch()
    assert backup(client) == ("warn", "the newest is from the future: the clock is wrong, or was")


@pytest.mark.sqlite("a server has a tool of its own for backups")
def test_an_old_backup_is_enough_while_nothing_has_changed(client: PageClient, settings: Settings, monkeypatch) -> None:
    long_ago = time.time() - 99 * 3600
    os.utime(settings.database_path, (long_ago, long_ago))
    make_backup(Store(settings.data_dir), Sources(settings.data_dir, VERSION, settings.secret_key))
    monkeypatch.setattr(backups, "utc_now", lambda: utc_now() + timedelta(hours=90))
    assert backup(client) == ("ok", "90 h old, and nothing has changed since")
