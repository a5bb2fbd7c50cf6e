"""A backup of a running appliance has all that was committed, and a failed one says so and takes nothing away."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.backup import making
from app.backup.archive import check_archive, extract
from app.backup.making import Sources, count_rows, fingerprint, is_unchanged, make_backup
from app.backup.manifest import AUTHORITY, file_name
from app.backup.snapshot import BackupError
from app.backup.store import Occupied, Store
from app.core.schema import newest_revision
from app.core.time import utc_now

KEY = "a key for the tests"


@pytest.fixture
def sources(tmp_path: Path, migrated_database: Path) -> Sources:
    data = tmp_path / "data"
    (data / "media" / "1").mkdir(parents=True)
    shutil.copy(migrated_database, data / "app.db")
    (data / "media" / "1" / "picture.jpg").write_bytes(b"a picture")
    (data / "search").mkdir()
    (data / "search" / "segment").write_bytes(b"an index")
    return Sources(data, "0.1.0", KEY)


@pytest.fixture
def store(sources: Sources) -> Store:
    return Store(sources.data_dir)


@pytest.fixture
def writer(sources: Sources) -> Iterator[sqlite3.Connection]:
    """A process that has the database open, with a fact that is only in the write-ahead log."""
    with closing(sqlite3.connect(sources.database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("INSERT INTO fact VALUES ('committed', '1')")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO fact VALUES ('not committed', '1')")
        yield connection


def settle(sources: Sources) -> None:
    """Let everything have been as it is for an hour."""
    past = time.time() - 3600
    for path in sources.data_dir.rglob("*"):
        os.utime(path, (past, past))


@pytest.mark.usefixtures("writer")
def test_a_backup_has_everything_that_counts_and_nothing_that_can_be_made_again(
    store: Store, sources: Sources, tmp_path: Path
) -> None:
    made = make_backup(store, sources)
    assert made.path == store.newest().path
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert set(made.manifest.files) == {"app.db", "secret_key", "media/1/picture.jpg"}
    assert made.manifest.revision == newest_revision()
    folder = tmp_path / "out"
    folder.mkdir()
    extract(made.path, folder)
    assert (folder / "secret_key").read_text().strip() == KEY
    with closing(sqlite3.connect(folder / "app.db")) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM fact")}
    assert "committed" in names
    assert "not committed" not in names
    assert count_rows(folder / "app.db") == made.manifest.rows


def test_nothing_is_left_beside_it(store: Store, sources: Sources) -> None:
    (store.folder / ".making-left").mkdir(parents=True)
    (store.folder / ".making-left" / "app.db").write_text("of a process that was killed")
    make_backup(store, sources)
    assert len(store.backups()) == 1
    assert {path.name for path in store.folder.iterdir()} == {store.newest().path.name, "status.json", ".lock"}


def test_the_authority_goes_along(store: Store, sources: Sources) -> None:
    extra = Sources(sources.data_dir, "0.1.0", extra=dict.fromkeys(AUTHORITY, b"pem"))
    assert make_backup(store, extra).manifest.has_authority
    assert not make_backup(store, sources).manifest.has_authority


def test_two_at_once_are_refused(store: Store, sources: Sources) -> None:
    with store.workspace(), pytest.raises(Occupied):
        make_backup(store, sources)
    assert "failed" not in store.status(), "the other one is at it"


def test_two_in_one_second_are_two(store: Store, sources: Sources) -> None:
    assert make_backup(store, sources).path != make_backup(store, sources).path


def no_room(monkeypatch) -> None:
    monkeypatch.setattr(making, "SPARE", 2**60)


def not_read_back(monkeypatch) -> None:
    def damaged(path: Path) -> None:
        path.write_bytes(path.read_bytes()[:-40])
        check_archive(path)

    monkeypatch.setattr(making, "check_archive", damaged)


def card_fails(monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(making, "write_archive", fail)


@pytest.mark.parametrize("trouble", [no_room, not_read_back, card_fails])
def test_a_failure_is_noted_and_leaves_the_older_ones(
    store: Store, sources: Sources, monkeypatch, trouble: Callable[..., None]
) -> None:
    old = [utc_now() - timedelta(minutes=number) for number in range(1, 30)]
    store.folder.mkdir()
    for created in old:
        (store.folder / file_name(created, "0.0.9")).touch()
    with monkeypatch.context() as patched:
        trouble(patched)
        with pytest.raises(BackupError):
            make_backup(store, sources)
    assert len(store.backups()) == len(old)
    assert store.status()["failed"]["error"]
    make_backup(store, sources)
    assert "failed" not in store.status()
    assert len(store.backups()) < len(old)


def test_a_database_that_is_damaged_or_away_gives_no_backup(store: Store, sources: Sources) -> None:
    sources.database.write_bytes(b"no database" * 5000)
    with pytest.raises(BackupError, match="cannot copy"):
        make_backup(store, sources)
    sources.database.unlink()
    with pytest.raises(BackupError, match="there is no database"):
        make_backup(store, sources)
    assert not sources.database.exists()
    assert store.backups() == []


@pytest.mark.parametrize("seconds", [-90 * 86400, 3600])
def test_with_a_clock_in_doubt_nothing_is_removed(store: Store, sources: Sources, monkeypatch, seconds: int) -> None:
    """It stands before the program was made, or before the newest backup."""
    now = utc_now() + timedelta(seconds=seconds)
    store.folder.mkdir()
    for number in range(12):
        created = now - timedelta(minutes=number + 1) if seconds < 0 else now + timedelta(minutes=number + 1)
        (store.folder / file_name(created, "0.1.0")).touch()
    monkeypatch.setattr(making, "utc_now", lambda: now)
    made = make_backup(store, sources)
    assert not made.manifest.clock_ok
    assert made.removed == []
    assert len(store.backups()) == 13


def test_what_has_not_changed_is_known(store: Store, sources: Sources) -> None:
    settle(sources)
    assert not is_unchanged(store, sources), "there is no backup yet"
    made = make_backup(store, sources)
    assert is_unchanged(store, sources)
    (sources.data_dir / "media" / "1" / "picture.jpg").write_bytes(b"another one")
    assert not is_unchanged(store, sources)
    settle(sources)
    assert not is_unchanged(store, sources)
    made = make_backup(store, sources)
    made.path.unlink()
    assert not is_unchanged(store, sources), "the newest has vanished"


def test_a_row_that_is_only_in_the_log_is_a_change(store: Store, sources: Sources, writer: sqlite3.Connection) -> None:
    settle(sources)
    make_backup(store, sources)
    assert is_unchanged(store, sources)
    writer.execute("COMMIT")
    assert not is_unchanged(store, sources)


def test_what_changed_a_moment_ago_is_not_called_unchanged(store: Store, sources: Sources) -> None:
    os.utime(sources.database)
    assert fingerprint(sources) == ""
    make_backup(store, sources)
    settle(sources)
    assert not is_unchanged(store, sources)


def test_files_of_others_are_left_alone_and_not_listed(store: Store, sources: Sources) -> None:
    store.folder.mkdir()
    others = {"notes.txt", "pre-upgrade-0001-0002.db", "microblog-copy.tar.gz"}
    for name in others:
        (store.folder / name).touch()
    made = [make_backup(store, sources).path.name for _ in range(5)]
    assert {path.name for path in store.folder.iterdir()} - {"status.json", ".lock"} == others | set(made[-3:])


def test_a_status_that_cannot_be_read_counts_as_none(store: Store, sources: Sources) -> None:
    store.folder.mkdir()
    (store.folder / "status.json").write_text("[half")
    assert store.status() == {}
    assert datetime.fromisoformat(_noted(store, sources)["at"]) == store.newest().created


def _noted(store: Store, sources: Sources) -> dict[str, str]:
    make_backup(store, sources)
    return store.status()["made"]
