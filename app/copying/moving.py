"""One copy from beginning to end: from where the appliance keeps its data now to another place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, Table

from ..backup.snapshot import sync
from ..boot.refusal import Refusal
from ..boot.schema import bring_up_to_date
from ..boot.volume import take_lock
from ..core.address import shown
from ..core.config import Settings
from ..core.database import LARGE_CACHE_KIB
from ..core.database_settings import DatabaseSettings
from ..core.errors import Conflict
from ..core.schema import INITIALISED
from ..core.server import server_engine
from .comparing import Copied, Watch, copy_all
from .numbers import next_numbers, reserve_numbers
from .places import Tell, analyse, file_engine, opened, opened_source, opened_target, ready_server, refuse_data

DRAFT = ".copy"
LOG = "-wal"


def move(
    settings: Settings, goal: DatabaseSettings | None, tables: Sequence[Table], watch: Watch, tell: Tell
) -> list[Copied]:
    """Copy all tables, parents first, to the server `goal`, or to the file in the data folder if that is None.

    Raises Conflict, CopyFailed or Refusal; the place where the data shall be is as it was then.
    """
    engine = server_engine(settings.database) if settings.database else _present_file(settings.database_path)
    with stopped(settings.data_dir), opened_source(engine) as source:
        _refuse_nobody(source, tables)
        if goal is not None:
            return _fill(source, ready_server(goal, tables, tell), tables, watch)
        with _draft(settings.database_path, tables) as path:
            return _fill(source, file_engine(path), tables, watch)


@contextmanager
def stopped(folder: Path) -> Iterator[None]:
    """See to it that no appliance uses the data folder until the block ends; raises Conflict if one does."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        lock = take_lock(folder, 0)
    except Refusal as error:
        raise Conflict(
            "the appliance is running, and what people write while their data is copied would stay behind; stop it "
            "first: `docker compose stop app`, or Ctrl-C in its window"
        ) from error
    try:
        yield
    finally:
        os.close(lock)


def _present_file(path: Path) -> Engine:
    if not path.exists():
        raise Conflict(f"there is no database {path}; start the appliance once, and check MICROBLOG_DATA_DIR")
    return file_engine(path)


def _refuse_nobody(source: Connection, tables: Sequence[Table]) -> None:
    accounts = next(table for table in tables if table.name == "user")
    if source.execute(accounts.select().limit(1)).first() is None:
        raise Conflict(f"{shown(source.engine.url)} has no account yet, so there is nothing to copy")


def _fill(source: Connection, engine: Engine, tables: Sequence[Table], watch: Watch) -> list[Copied]:
    with opened(engine) as target:
        reserve_numbers(target, tables, next_numbers(source, tables))
    with opened_target(engine, tables) as target:
        if target.dialect.name == "sqlite":
            target.exec_driver_sql(f"PRAGMA cache_size=-{LARGE_CACHE_KIB}")
        copied = copy_all(source, target, tables, watch)
    with opened(engine) as target:
        analyse(target, tables)
    return copied


@contextmanager
def _draft(path: Path, tables: Sequence[Table]) -> Iterator[Path]:
    """A new file with our tables, which takes its place when the block ends well; what a killed copy left goes."""
    refuse_file(path, tables)
    folder = path.parent / DRAFT
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        draft = folder / path.name
        bring_up_to_date(draft)
        yield draft
        draft.chmod(0o600)
        sync(draft)
        draft.rename(path)
        (path.parent / INITIALISED).touch(mode=0o600)
        sync(path.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def refuse_file(path: Path, tables: Sequence[Table]) -> None:
    """Raise Conflict unless there is no file there, or one without data."""
    if path.exists():
        with opened(file_engine(path)) as connection:
            refuse_data(connection, tables)
    # Closing it has put the log into the file. SQLite would put a log that is there into the new file.
    log = path.with_name(path.name + LOG)
    if log.exists():
        raise Conflict(f"{log} belongs to another database; put it where that one is, or remove it")
