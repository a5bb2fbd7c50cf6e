"""Checks of the disk: its kind, the room on it, the database's files, what of before is still kept."""

from __future__ import annotations

import shutil
import sqlite3
import time
from pathlib import Path

from sqlalchemy import text

from ..backup.leftovers import leftovers
from ..boot.volume import EPHEMERAL, NETWORK, file_system_of
from ..core.database import db
from ..core.errors import mark
from ..core.search_settings import SQLITE
from ..web.context import settings
from . import machine
from .check import FAIL, MEBIBYTE, OK, WARN, Check, mebibytes
from .phrase import Phrase

DISK_WARN, DISK_FAIL = 200 * MEBIBYTE, 50 * MEBIBYTE
LARGE_LOG = 64 * MEBIBYTE
SOUND_SQLITE = (3, 51, 3)
DAY = 86400
OLD_DATA_WARN_DAYS = 30


def disk() -> Check:
    """The room that is left for the data."""
    free = shutil.disk_usage(settings().data_dir).free
    status = FAIL if free < DISK_FAIL else WARN if free < DISK_WARN else OK
    return Check(status, Phrase(mark("%(size)s free"), size=mebibytes(free)), free)


def volume() -> Check:
    """What the data lies on."""
    kind = file_system_of(settings().data_dir)
    bad = FAIL if kind in NETWORK else WARN if kind in EPHEMERAL else OK
    if not kind:
        return Check(bad, Phrase(mark("the data is on an unknown file system")))
    return Check(bad, Phrase(mark("the data is on %(kind)s"), kind=kind))


def sqlite() -> Check:
    """Check for the fault of write-ahead logs, which is a warning in the image alone: others can't change Debian's."""
    chosen = settings()
    if chosen.database and chosen.search.engine != SQLITE:
        return Check(OK, Phrase(mark("holds nothing here")))
    if sqlite3.sqlite_version_info >= SOUND_SQLITE:
        return Check(OK, sqlite3.sqlite_version)
    if machine.DOCKER.exists():
        return Check(WARN, sqlite3.sqlite_version)
    works = mark("%(version)s works; 3.51.3 also fixes a rare fault with two processes, and the Docker image has it")
    return Check(OK, Phrase(works, version=sqlite3.sqlite_version))


def log() -> Check:
    """The database and its write-ahead log, whose mode is asserted."""
    if server := settings().database:
        return Check(OK, Phrase(mark("on a server (%(kind)s), none here"), kind=server.url.get_backend_name()))
    path = settings().database_path
    if not path.exists():
        return Check(FAIL, Phrase(mark("there is no database yet")))
    # By the connection that is there: when root opens another, SQLite gives the log its owner anew, which is a write.
    mode = db.session.execute(text("PRAGMA journal_mode")).scalar_one()
    size = log_size(path)
    status = FAIL if mode != "wal" else WARN if size > LARGE_LOG else OK
    detail = Phrase(mark("database %(size)s"), size=mebibytes(path.stat().st_size))
    return Check(status, detail.also(mark("log %(size)s"), size=mebibytes(size)).also(mark("mode %(mode)s"), mode=mode))


def log_size(database: Path) -> int:
    """Bytes of the write-ahead log."""
    side = Path(f"{database}-wal")
    return side.stat().st_size if side.exists() else 0


def old_data() -> Check:
    """Data of before a restore, and copies of before an upgrade, that are still kept."""
    kept = leftovers(settings().data_dir)
    if not kept:
        return Check(OK, Phrase(mark("none kept")))
    # Of the copies only the newest few are ever there; the folders stay until somebody removes them.
    old = any(each.is_data and time.time() - each.since.timestamp() > OLD_DATA_WARN_DAYS * DAY for each in kept)
    folders = sum(each.is_data for each in kept)
    detail = Phrase(mark("from before a restore: %(count)s"), count=folders)
    detail = detail.also(mark("from before an upgrade: %(count)s"), count=len(kept) - folders)
    return Check(WARN if old else OK, detail.also(mebibytes(sum(each.size for each in kept))))
