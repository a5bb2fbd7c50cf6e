"""The database: SQLite set up so that an acknowledged write survives a pulled plug, or a server; one way to write."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import URL, Connection, CursorResult, Engine, MetaData, Result, event
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session

from .errors import Busy, DomainError, StorageFailing, StorageFull
from .server import POSTGRESQL, RECYCLE_SECONDS, engine_arguments, is_server, leave_out_nul, look_before_use, take_turns
from .server_errors import name_errors

logger = logging.getLogger(__name__)
BUSY_TIMEOUT_MILLISECONDS = 10_000
# busy_timeout stands first because the others may meet a lock. FULL: a commit is on the card before it is acknowledged.
CACHE_KIB = 4000
# For a transaction that writes the whole database: with less, pages of indexes go out and come back again and again.
LARGE_CACHE_KIB = 65_536
PRAGMAS = (
    f"busy_timeout={BUSY_TIMEOUT_MILLISECONDS}",
    "foreign_keys=ON",
    "synchronous=FULL",
    "journal_size_limit=16777216",
    f"cache_size=-{CACHE_KIB}",
    "temp_store=MEMORY",
    "mmap_size=0",
    "trusted_schema=OFF",
)
# How SQLite says that the disk is read-only, gone or dying.
FAILING = ("attempt to write a readonly database", "disk I/O error", "unable to open database file")
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_writing: ContextVar[bool] = ContextVar("microblog_writing", default=False)
_after_commit: ContextVar[list[Callable[[], None]] | None] = ContextVar("microblog_after_commit", default=None)


class Base(DeclarativeBase):
    """Mother of all tables; names every constraint so that a migration can name it too."""

    metadata = MetaData(naming_convention=NAMING)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self, 'id', None)}>"


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
Model = Base


def engine_options(threads: int, url: URL, authority: Path | None = None) -> dict[str, Any]:
    """Options for the engine of a process with this many threads: one connection each, and a few more."""
    # Parameters are what people wrote: an unforeseen error must not put them into the log or an administrator's e-mail.
    options: dict[str, Any] = {"pool_size": threads, "max_overflow": 4, "pool_timeout": 30, "hide_parameters": True}
    if is_server(url):
        # A server may be restarted; whoever comes next is not to notice. (PostgreSQL: look_before_use.)
        looks = url.get_backend_name() != POSTGRESQL
        options |= {"pool_pre_ping": looks, "pool_recycle": RECYCLE_SECONDS, **engine_arguments(url, authority)}
    return options


def configure_engine(engine: Engine) -> None:
    """Take the transactions of an engine into our own hands: on SQLite by pragmas and our own BEGIN."""
    if is_server(engine.url):
        take_turns(engine, _writing.get)
        name_errors(engine)
        if engine.dialect.name == POSTGRESQL:
            leave_out_nul(engine)
            look_before_use(engine)
        return
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _on_connect(connection: Any, _record: object) -> None:
    # None: the driver never begins by itself. Left to it, the read of a read-then-write stands outside the transaction
    # and updates are lost (reference/tech.md, measured).
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN DEFERRED")


@contextmanager
def large_cache(session: Session) -> Iterator[None]:
    """More memory for the pages of one very large transaction."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql(f"PRAGMA cache_size=-{LARGE_CACHE_KIB}")
    try:
        yield
    finally:
        # After an error that one is to be told, not another that comes of it.
        with suppress(SQLAlchemyError):
            connection.exec_driver_sql(f"PRAGMA cache_size=-{CACHE_KIB}")


class WriteQueue:
    """Lets writers through one after another, across threads and processes, in the order in which they came.

    SQLite's own busy handler sleeps and polls, so under load some writers starve; a file lock taken first cuts the
    slowest writes by a factor of ten (reference/tech.md). The kernel drops the lock of a process that dies.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for this thread's turn and keep it until the block ends; raises StorageFull or StorageFailing."""
        descriptor = self._open()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            logger.error("the writers' queue cannot be used: %s", error)
            raise StorageFull if error.errno == errno.ENOSPC else StorageFailing from error


_queues: dict[str, WriteQueue] = {}


def use_write_queue(path: Path | None) -> None:
    """Make writers of this process queue on the file `path`; with None, the database alone lets them take turns."""
    _queues.pop("default", None)
    if path is not None:
        _queues["default"] = WriteQueue(path)


@contextmanager
def transaction() -> Iterator[Session]:
    """The one way to write: everything in the block is committed together, or not at all.

    The read transaction that may be open is ended first, so what was read before is read anew inside. Raises Busy when
    the database cannot be had in time and StorageFull when there is no room; nothing is changed then.
    """
    if _writing.get():
        raise RuntimeError("transaction() inside transaction(): the outer one commits")
    session = db.session()
    session.rollback()
    token, hooks = _writing.set(True), _after_commit.set([])
    try:
        with _translated(), _turn():
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise
        callbacks = _after_commit.get() or []
    finally:
        _after_commit.reset(hooks)
        _writing.reset(token)
    for callback in callbacks:
        callback()


def changed_rows(result: Result[Any]) -> int:
    """How many rows a statement changed."""
    return cast(CursorResult[Any], result).rowcount


def on_commit(callback: Callable[[], None]) -> None:
    """Call back once the running transaction is on disk; never when it is rolled back."""
    hooks = _after_commit.get()
    if hooks is None:
        raise RuntimeError("on_commit() outside transaction()")
    hooks.append(callback)


@contextmanager
def _turn() -> Iterator[None]:
    queue = _queues.get("default")
    if queue is None:
        yield
        return
    with queue.turn():
        yield


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        meant = _told_by_sqlite(str(error.orig))
        if meant is None:
            raise
        raise meant from error


def _told_by_sqlite(text: str) -> DomainError | None:
    """What a person can be told of an error of SQLite, None if it is a mistake of ours."""
    if "database or disk is full" in text:
        return StorageFull()
    if "database is locked" in text or "database table is locked" in text:
        return Busy()
    if any(sign in text for sign in FAILING):
        # The person is told no details, so they have to stand somewhere.
        logger.error("the database cannot be written: %s", text)
        return StorageFailing()
    return None


@event.listens_for(Session, "before_flush")
def _refuse_stray_writes(session: Session, _context: object, _instances: object) -> None:
    if not _writing.get():
        raise RuntimeError("a write outside transaction()")
