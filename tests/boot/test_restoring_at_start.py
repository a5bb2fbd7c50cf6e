"""A restore that was interrupted is finished by the next start, before anything else looks at the data."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from booting import Boot

from app.backup.making import Sources, make_backup
from app.backup.restoring import RESTORING, decide, prepare
from app.backup.store import Store
from app.boot.refusal import Reason


def names(data: Path) -> set[str]:
    with closing(sqlite3.connect(data / "app.db")) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM fact")}


def test_the_next_start_finishes_it_and_says_so(boot: Boot, data: Path) -> None:
    assert boot().returncode == 0
    store = Store(data)
    key = (data / "secret_key").read_text()
    archive = make_backup(store, Sources(data, "0.1.0", key.strip())).path
    with closing(sqlite3.connect(data / "app.db")) as connection:
        connection.execute("INSERT INTO fact VALUES ('later', '1')")
        connection.commit()
    (data / "secret_key").write_text("another key that is long enough to be one\n")
    with store.workspace(data) as work:
        decide(archive.name, prepare(archive, work), work, data)
    started = boot()
    assert started.returncode == 0, started.stderr
    assert f"microblog: restored {archive.name}: " in started.stdout
    assert "later" not in names(data)
    assert "later" in names(next(data.glob("before-restore-*")))
    assert (data / "secret_key").read_text() == key
    assert "restored" not in boot().stdout


def test_one_that_cannot_be_finished_stops_the_start(boot: Boot, data: Path) -> None:
    assert boot().returncode == 0
    (data / RESTORING).mkdir()
    refused = boot()
    assert refused.returncode == Reason.RESTORE
    assert "journal" in refused.stderr
