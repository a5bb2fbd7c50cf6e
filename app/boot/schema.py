"""The database at boot: there, sound, known, up to date, in the right journal mode."""

from __future__ import annotations

import sqlite3
import sys
import traceback
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text

from ..backup.snapshot import SnapshotError, keep_newest, put_back, sync, take_snapshot
from ..core.config import PROJECT_ROOT
from ..core.database import PRAGMAS
from ..core.schema import INITIALISED, known_revisions, newest_revision, revision_of
from ..core.version import VERSION
from .refusal import Reason, Refusal
from .volume import check_space

QUICK_CHECK_LIMIT = 500 * 2**20
COPIES_KEPT = 3
PROGRESS = ".migrating"
Tell = Callable[[str], object]


def tell_nobody(_step: str) -> None:
    """Keep what is being done to oneself."""


def migration_config() -> Config:
    """The migration library's settings; its environment is migrations/env.py."""
    config = Config()
    config.set_main_option("script_location", str(PROJECT_ROOT / "migrations").replace("%", "%%"))
    return config


def check_presence(database: Path) -> None:
    """Refuse to begin an empty database where there has been one: the data is somewhere, and would seem lost."""
    if not (database.parent / INITIALISED).exists():
        return
    # Nothing in it is what a disk leaves that lost power, and to SQLite as good as a new one.
    if not database.exists() or database.stat().st_size == 0:
        raise Refusal(
            Reason.VANISHED,
            f"the database {database} has vanished or is empty, though there was one here",
            f"Put it back from a backup; or, to begin anew with nothing, remove {database.parent / INITIALISED}",
        )


def check_soundness(database: Path) -> None:
    """Refuse a damaged database; a large one is left to the nightly check, for it would take too long here."""
    if not database.exists() or database.stat().st_size > QUICK_CHECK_LIMIT:
        return
    try:
        with closing(sqlite3.connect(database)) as connection:
            result = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        result = str(error)
    if result != "ok":
        raise Refusal(
            Reason.DAMAGED,
            f"the database {database} is damaged ({' '.join(result.split())})",
            f"Keep a copy of it, then put the newest good copy from {database.parent / 'backups'} in its place",
        )


def bring_up_to_date(database: Path, tell: Tell = tell_nobody) -> None:
    """Migrate the database if it is older than this program; put it back as it was if that fails.

    What is being done goes to `tell`, but not for a new database, with which it takes a moment.
    """
    engine = _engine(database)
    try:
        with engine.connect() as connection:
            revision = revision_of(connection)
            connection.rollback()
            if revision is not None and revision not in known_revisions():
                raise newer_data(connection)
            if revision != newest_revision():
                _migrate_safely(connection, database, revision, tell if revision else tell_nobody)
            _use_wal(connection)
            record_version(connection)
    finally:
        engine.dispose()
    marker = database.parent / INITIALISED
    if not marker.exists():
        marker.touch(mode=0o600)
        sync(database.parent)


def _engine(database: Path) -> Engine:
    engine = create_engine(f"sqlite:///{database}", poolclass=NullPool, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        # Changing a table means making it anew; with the keys on, dropping the old one would delete what refers to it.
        connection.execute("PRAGMA foreign_keys=OFF")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def newer_data(connection: Connection) -> Refusal:
    """Why data of a later version is left alone."""
    version = connection.execute(text("SELECT value FROM fact WHERE name = 'app_version'")).scalar()
    connection.rollback()
    return Refusal(
        Reason.NEWER_DATA,
        f"the data was written by Microblog {version or 'of a later version'}, this is {VERSION}",
        f"Use version {version or 'that wrote it'} or a later one. Nothing was changed",
    )


def _migrate_safely(connection: Connection, database: Path, revision: str | None, tell: Tell) -> None:
    copy: Path | None = None
    if revision is not None:
        check_space(database.parent, database.stat().st_size)
        tell("making a copy of the data before it is brought up to date")
        copy = _copy_before(database, revision)
    else:
        check_space(database.parent, 0)
    progress = database.parent / PROGRESS
    progress.write_text(f"from {revision or 'nothing'} to {newest_revision()}\n")
    try:
        _migrate(connection, revision, tell)
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        connection.invalidate()
        raise _undone(database, copy, error) from error
    finally:
        progress.unlink(missing_ok=True)


def _copy_before(database: Path, revision: str) -> Path:
    folder = database.parent / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    copy = folder / f"pre-upgrade-{revision}-{newest_revision()}.db"
    try:
        take_snapshot(database, copy)
    except SnapshotError as error:
        raise Refusal(Reason.MIGRATION, str(error), "Nothing was changed. Check the disk, then start again") from error
    keep_newest(folder, "pre-upgrade-*.db", COPIES_KEPT)
    return copy


class Steps:
    """The revisions between the database's and ours, one told after the other."""

    def __init__(self, config: Config, revision: str | None, tell: Tell) -> None:
        scripts = ScriptDirectory.from_config(config).iterate_revisions("head", revision or "base")
        self._names = [script.doc.rstrip(".") for script in scripts][::-1]
        self._done = 0
        self._tell = tell

    def tell(self) -> None:
        """Say which one is begun."""
        if self._done < len(self._names):
            where = f"step {self._done + 1} of {len(self._names)}: {self._names[self._done]}"
            self._tell(f"bringing the data up to date, {where}")

    def applied(self, **_: object) -> None:
        """One is done; called by the migration library."""
        self._done += 1
        self.tell()


def upgrade(config: Config) -> None:
    """Run the migrations that are missing."""
    command.upgrade(config, "head")


def _migrate(connection: Connection, revision: str | None, tell: Tell) -> None:
    config = migration_config()
    steps = Steps(config, revision, tell)
    config.attributes.update(connection=connection, applied=steps.applied)
    steps.tell()
    upgrade(config)
    connection.rollback()
    tell("checking the data after it was brought up to date")
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken:
        raise RuntimeError(f"a row of table {broken[0]} refers to a row that is not there")
    connection.exec_driver_sql("ANALYZE")
    connection.commit()


def _undone(database: Path, copy: Path | None, error: Exception) -> Refusal:
    what = f"bringing the database up to date failed ({type(error).__name__}: {error})"
    if copy is None:
        return Refusal(Reason.MIGRATION, what, "There was no data yet. Tell the makers of Microblog")
    put_back(copy, database)
    return Refusal(
        Reason.MIGRATION, what, f"The database is as it was before (copy: {copy}). Go back to the version that you had"
    )


def _use_wal(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    mode = driver.execute("PRAGMA journal_mode=WAL").fetchone()[0] if driver else "unknown"
    if mode != "wal":
        raise Refusal(
            Reason.NO_WAL,
            f"the database cannot use a write-ahead log here (journal mode {mode})",
            "Move the data to a local disk with an ordinary file system such as ext4",
        )


def record_version(connection: Connection) -> None:
    """Note the version of this program in the database, for the next one to tell."""
    noted = connection.execute(text("SELECT value FROM fact WHERE name = 'app_version'")).scalar()
    if noted is None:
        connection.execute(
            text("INSERT INTO fact (name, value) VALUES ('app_version', :version)"), {"version": VERSION}
        )
    elif noted != VERSION:
        connection.execute(text("UPDATE fact SET value = :version WHERE name = 'app_version'"), {"version": VERSION})
    connection.commit()
