"""A drill finds out whether one could live on a backup, and touches nothing else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from people import People

from app.backup.making import Sources, make_backup
from app.backup.snapshot import BackupError
from app.backup.store import Store
from app.boot.drill import drill
from app.core.config import Settings

pytestmark = pytest.mark.sqlite("a server has a tool of its own for backups")


@pytest.fixture
def store(settings: Settings) -> Store:
    return Store(settings.data_dir)


@pytest.fixture
def runner(app: Flask, people: People) -> FlaskCliRunner:
    people.post("alice", "worth keeping")
    return app.test_cli_runner()


def rows(settings: Settings) -> list[str]:
    with closing(sqlite3.connect(settings.database_path)) as connection:
        return list(connection.iterdump())


def test_a_good_backup_is_restored_started_and_logged_in_to(
    runner: FlaskCliRunner, store: Store, settings: Settings, client
) -> None:
    assert runner.invoke(args=["backup", "drill"]).exit_code == 1, "there is none yet"
    assert "drill" not in store.status()
    runner.invoke(args=["backup", "now"])
    before = rows(settings)
    result = runner.invoke(args=["backup", "drill"])
    assert result.exit_code == 0, result.output
    assert "was restored, started and logged in to" in result.output
    assert store.status()["drill"]["ok"] is True
    assert rows(settings) == before
    assert not list(store.folder.glob(".making-*"))
    check = client.get("/readyz").get_json()["checks"]["drill"]
    assert check["status"] == "ok"
    assert check["detail"].startswith("went well on 2")
    assert runner.invoke(args=["backup", "drill-due"]).exit_code == 1


def test_a_damaged_one_fails_and_that_is_noted(runner: FlaskCliRunner, store: Store, client) -> None:
    assert runner.invoke(args=["backup", "drill-due"]).exit_code == 0
    runner.invoke(args=["backup", "now"])
    newest = store.newest()
    assert newest is not None
    newest.path.write_bytes(newest.path.read_bytes()[:-20])
    result = runner.invoke(args=["backup", "drill"])
    assert result.exit_code == 1
    assert "damaged" in store.status()["drill"]["detail"]
    assert client.get("/readyz").get_json()["checks"]["drill"]["status"] == "warn"


def test_one_that_does_not_start_fails_with_the_reason(
    store: Store, settings: Settings, people: People, tmp_path: Path
) -> None:
    made = make_backup(store, Sources(settings.data_dir, "0.1.0", "too short a key"))
    folder = tmp_path / "drill"
    folder.mkdir()
    with pytest.raises(BackupError, match="secret_key"):
        drill(made.path, folder)


def test_what_was_tried_elsewhere_can_be_noted(runner: FlaskCliRunner, store: Store) -> None:
    store.folder.mkdir()
    assert runner.invoke(args=["backup", "note-drill", "failed", "no log-in"]).exit_code == 0
    assert (store.status()["drill"]["ok"], store.status()["drill"]["detail"]) == (False, "no log-in")
