"""A verified copy of a database, and putting it back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path


class BackupError(Exception):
    """A copy could not be made, read or put back; the message says why, and what to do."""


class SnapshotError(BackupError):
    """The copy could not be made, or it is not sound."""


def take_snapshot(database: Path, target: Path) -> None:
    """Copy the database, running or not, to `target` (mode 0600), verified and on the disk; raises SnapshotError."""
    partial = target.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("VACUUM INTO ?", (str(partial),))
        partial.chmod(0o600)
        verify(partial)
        sync(partial)
        partial.rename(target)
        sync(target.parent)
    except (sqlite3.Error, OSError) as error:
        partial.unlink(missing_ok=True)
        raise SnapshotError(f"cannot copy {database} to {target}: {error}") from error


def opened_for_reading(database: Path) -> closing[sqlite3.Connection]:
    """A connection, closed when the block ends, that cannot write and makes no file where there is none."""
    return closing(sqlite3.connect(database.absolute().as_uri() + "?mode=ro", uri=True))


def verify(copy: Path) -> None:
    """Raise SnapshotError unless a database file is sound in itself and in its references."""
    with opened_for_reading(copy) as connection:
        result = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if result != "ok":
            raise SnapshotError(f"{copy} is damaged: {result}")
        if connection.execute("PRAGMA foreign_key_check").fetchone():
            raise SnapshotError(f"{copy} has rows that refer to rows which are not there")


def put_back(copy: Path, database: Path) -> None:
    """Replace the database, which nobody may have open, by a copy of `copy`; safe against interruption.

    The write-ahead log of the old database must go: SQLite would apply it to the new one and bring the old data back.
    It is written into the old database first, so that an interruption leaves that one whole.
    """
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    incoming = database.with_suffix(".incoming")
    shutil.copyfile(copy, incoming)
    incoming.chmod(0o600)
    sync(incoming)
    for leftover in ("-wal", "-shm"):
        Path(f"{database}{leftover}").unlink(missing_ok=True)
    incoming.rename(database)
    sync(database.parent)


def keep_newest(folder: Path, pattern: str, count: int) -> None:
    """Remove all but the newest `count` files that match."""
    files = sorted(folder.glob(pattern), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[count:]:
        path.unlink()


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of files, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
