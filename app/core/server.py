"""MySQL, MariaDB and PostgreSQL: how connections are set up, how writers take turns."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Engine,
    NullPool,
    Table,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.compiler import compiles

from .database_settings import DatabaseSettings

MYSQL, POSTGRESQL = "mysql", "postgresql"
# So long a writer waits for its turn, as on SQLite.
LOCK_SECONDS = 10
# So long a transaction may do nothing, for its machine may have lost its power; then the server ends it.
IDLE_SECONDS = 60
CONNECT_SECONDS = 5
# An answer that takes longer than this will not come.
ANSWER_SECONDS = 300
# Connections that were idle longer are made anew, before the server ends them.
RECYCLE_SECONDS = 45
# Strict whatever the server's own setting: a text that is too long is an error, not cut off. A zero is a number.
SQL_MODE = (
    "STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,"
    "ONLY_FULL_GROUP_BY,NO_AUTO_VALUE_ON_ZERO"
)
# The row that writers lock, one after another: every database of ours has it, and only migrations write it.
TURN = "SELECT version_num FROM alembic_version FOR UPDATE"


@compiles(DateTime, MYSQL)
@compiles(DateTime, "mariadb")
def _with_microseconds(_type: DateTime, _compiler: object, **_options: object) -> str:
    """Times as exact as everywhere else; left alone, this database rounds them to seconds."""
    return "DATETIME(6)"


def is_server(url: URL) -> bool:
    """Whether a database is on a server, and not in a file."""
    return url.get_backend_name() in (MYSQL, POSTGRESQL)


def connect_arguments(url: URL, authority: Path | None = None) -> dict[str, Any]:
    """What the driver is told for a connection; with an authority's certificate, to speak TLS and believe it alone."""
    context = ssl.create_default_context(cafile=authority) if authority else None
    if url.get_backend_name() == MYSQL:
        set_up = (
            f"SET SESSION sql_mode='{SQL_MODE}', time_zone='+00:00', wait_timeout={IDLE_SECONDS}, "
            f"innodb_lock_wait_timeout={LOCK_SECONDS}"
        )
        chosen = {"charset": "utf8mb4", "connect_timeout": CONNECT_SECONDS, "init_command": set_up}
        return chosen | {"read_timeout": ANSWER_SECONDS, "write_timeout": ANSWER_SECONDS, "ssl": context}
    parameters = {
        "TimeZone": "UTC",
        "lock_timeout": f"{LOCK_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
        "tcp_keepalives_idle": str(IDLE_SECONDS),
        "client_min_messages": "error",
    }
    return {"startup_params": parameters, "timeout": ANSWER_SECONDS, "ssl_context": context}


def engine_arguments(url: URL, authority: Path | None = None) -> dict[str, Any]:
    """What an engine for a server is made with, whatever its pool."""
    return {"connect_args": connect_arguments(url, authority), "isolation_level": "READ COMMITTED"}


def server_engine(database: DatabaseSettings) -> Engine:
    """An engine for work that is done once."""
    return create_engine(
        database.url, poolclass=NullPool, hide_parameters=True, **engine_arguments(database.url, database.authority)
    )


def leave_out_nul(engine: Engine) -> None:
    """Send U+FFFD for the one character that PostgreSQL's texts cannot hold, and other databases can.

    No name, link or token has either, so what is asked for by one that was made up is not found, as it should be.
    """

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def _on_execute(_connection: object, _cursor: object, statement: str, given: Any, *_: object) -> tuple[str, Any]:
        return statement, _without_nul(given)


def _without_nul(given: Any) -> Any:
    if isinstance(given, str):
        return given.replace("\0", "\ufffd")
    return type(given)(map(_without_nul, given)) if isinstance(given, tuple | list) else given


def look_before_use(engine: Engine) -> None:
    """Have PostgreSQL's connections looked at when they leave the pool, and made anew if the server ended them.

    SQLAlchemy's own look takes only the driver's errors for an end, and pg8000 lets some of the socket's through.
    """

    @event.listens_for(engine, "checkout")
    def _on_checkout(connection: Any, *_: object) -> None:
        try:
            connection.cursor().execute("SELECT 1")
        except (OSError, engine.dialect.loaded_dbapi.Error) as error:
            raise InvalidatePoolError from error


def count_on(connection: Connection, tables: Iterable[Table]) -> None:
    """Let tables go on counting after rows that came with numbers of their own; PostgreSQL alone does not by itself."""
    if connection.dialect.name != POSTGRESQL:
        return
    for table in tables:
        if (column := table.autoincrement_column) is not None:
            following = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
            connection.execute(select(func.setval(sequence_of(connection, column), following, False)))


def sequence_of(connection: Connection, column: Column[int]) -> ColumnElement[str]:
    """What PostgreSQL counts that column's numbers by."""
    name = connection.dialect.identifier_preparer.format_table(column.table)
    return func.pg_get_serial_sequence(name, column.name)


def take_turns(engine: Engine, is_writing: Any) -> None:
    """Let writing transactions run one after another, across all machines, in the order in which they came.

    As on SQLite, so the same rules hold: what is read in the transaction stays true until its end, and rows become
    visible in the order of their numbers. Readers never wait.
    """

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        if is_writing():
            connection.exec_driver_sql(TURN)
