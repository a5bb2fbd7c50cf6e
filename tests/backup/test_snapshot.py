"""A copy of a database that is sound, complete, and can be put back whatever was there."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.backup.snapshot import SnapshotError, keep_newest, put_back, take_snapshot, verify


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with a thousand rows."""
    path = tmp_path / "app.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        connection.execute("CREATE TABLE child (id INTEGER PRIMARY KEY, parent REFERENCES parent (id), body TEXT)")
        connection.execute("INSERT INTO parent VALUES (1)")
        connection.executemany("INSERT INTO child VALUES (?, 1, ?)", [(n, f"body {n}" * 20) for n in range(1000)])
        connection.commit()
    return path


@pytest.fixture
def busy(database: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who writes: a committed row that is only in the log, and one that is not committed."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("INSERT INTO child VALUES (5000, 1, 'committed')")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO child VALUES (6000, 1, 'not committed')")
        yield connection


def ids(path: Path) -> set[int]:
    with closing(sqlite3.connect(path)) as connection:
        return {row[0] for row in connection.execute("SELECT id FROM child")}


@pytest.mark.usefixtures("busy")
def test_a_copy_of_a_running_database_has_what_was_committed(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    take_snapshot(database, copy)
    assert ids(copy) == {*range(1000), 5000}
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert not copy.with_suffix(".partial").exists()


def test_a_copy_that_cannot_be_made_leaves_an_earlier_one_alone(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(b"an earlier copy")
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database" * 1000)
    with pytest.raises(SnapshotError, match="cannot copy"):
        take_snapshot(broken, copy)
    assert copy.read_bytes() == b"an earlier copy"
    assert not copy.with_suffix(".partial").exists()


def test_a_damaged_copy_is_noticed(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    take_snapshot(database, copy)
    verify(copy)
    content = bytearray(copy.read_bytes())
    content[3 * 4096 : 4 * 4096] = b"\xff" * 4096
    copy.write_bytes(content)
    with pytest.raises((SnapshotError, sqlite3.DatabaseError)):
        verify(copy)


def test_rows_that_refer_to_nothing_are_noticed(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("INSERT INTO child VALUES (7000, 99, 'an orphan')")
        connection.commit()
    with pytest.raises(SnapshotError, match="not there"):
        verify(database)


def test_what_is_put_back_is_what_was_copied_whatever_the_log_of_the_old_one_says(
    database: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    take_snapshot(database, copy)
    log = Path(f"{database}-wal")
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("DELETE FROM child")
        left = log.read_bytes()
    log.write_bytes(left)  # as after kill -9: a log that belongs to the old database
    put_back(copy, database)
    assert ids(database) == set(range(1000))
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def test_a_damaged_database_can_be_replaced(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    take_snapshot(database, copy)
    database.write_bytes(b"this is no database any more" * 500)
    put_back(copy, database)
    assert ids(database) == set(range(1000))


def test_only_the_newest_copies_are_kept(tmp_path: Path) -> None:
    for number in range(6):
        path = tmp_path / f"pre-{number}.db"
        path.touch()
        os.utime(path, (number, number))
    (tmp_path / "other.db").touch()
    keep_newest(tmp_path, "pre-*.db", 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.db", "pre-3.db", "pre-4.db", "pre-5.db"]
