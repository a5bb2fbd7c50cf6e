"""The two databases of a copy: where the data is, read at one moment, and where it shall be, which holds none yet."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, Table, create_engine, inspect

from ..boot.server import bring_server_up_to_date, wait_for_server
from ..core.address import shown
from ..core.database import configure_engine
from ..core.database_settings import DatabaseSettings
from ..core.errors import Conflict
from ..core.schema import newest_revision, revision_of
from ..core.server import MYSQL, POSTGRESQL, TURN, is_server, server_engine
from .rows import count_rows

# What an appliance without any account may have: notes of its start and of tries to get in.
OF_NO_ACCOUNT = frozenset({"fact", "job", "attempt", "event"})
WAIT_SECONDS = 10
PAUSE_SECONDS = 0.2
# While one database is read for long, the other has nothing to do.
PATIENT = {
    MYSQL: "SET SESSION wait_timeout = 28800, innodb_lock_wait_timeout = 60",
    POSTGRESQL: "SET idle_in_transaction_session_timeout = 0",
}
OTHERS = {
    MYSQL: "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
    POSTGRESQL: "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
}
# Writers wait at this. PostgreSQL's moment of reading must not begin before it is had, as it would with TURN.
HOLD = {MYSQL: TURN, POSTGRESQL: "LOCK TABLE alembic_version IN EXCLUSIVE MODE"}
Tell = Callable[[str], None]


def file_engine(path: Path) -> Engine:
    """An engine for an SQLite file, for work that is done once."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, hide_parameters=True)
    configure_engine(engine)
    return engine


@contextmanager
def opened(engine: Engine) -> Iterator[Connection]:
    """A connection that nobody ends for being idle; raises Conflict if others use that database."""
    with engine.connect() as connection:
        if is_server(engine.url):
            connection.exec_driver_sql(PATIENT[connection.dialect.name])
            connection.commit()
            refuse_company(connection)
        yield connection


def refuse_company(connection: Connection) -> None:
    """Raise Conflict if anybody else stays connected to this database of a server."""
    until = time.monotonic() + WAIT_SECONDS
    # Servers take a moment to notice that somebody has gone.
    while others := connection.exec_driver_sql(OTHERS[connection.dialect.name]).scalar():
        connection.rollback()
        if time.monotonic() > until:
            raise Conflict(
                f"{shown(connection.engine.url)} is in use ({others} other connections): stop every appliance that "
                "uses it, and close other programs. If a copy was interrupted just now, the server is still taking it "
                "back: try again in a minute"
            )
        time.sleep(PAUSE_SECONDS)
    connection.rollback()


@contextmanager
def opened_source(engine: Engine) -> Iterator[Connection]:
    """The database as it is at one moment, while nobody can write to it; raises Conflict if it is not up to date."""
    server = is_server(engine.url)
    with opened(engine.execution_options(isolation_level="REPEATABLE READ") if server else engine) as connection:
        if server and inspect(connection).has_table("alembic_version"):
            connection.rollback()
            connection.exec_driver_sql(HOLD[connection.dialect.name])
        if revision_of(connection) != newest_revision():
            raise Conflict(
                f"{shown(engine.url)} is not as this version of Microblog has it; start the appliance once, so that it "
                "is brought up to date, and stop it again"
            )
        yield connection
        connection.rollback()


def ready_server(settings: DatabaseSettings, tables: Sequence[Table], tell: Tell) -> Engine:
    """The engine of a server's database that holds nothing, with tables as we have them; raises Refusal or Conflict."""
    engine = server_engine(settings)
    wait_for_server(engine, WAIT_SECONDS, tell)
    with opened(engine) as connection:
        refuse_data(connection, tables)
        _refuse_fragments(connection, tables)
    bring_server_up_to_date(engine, tell)
    return engine


def _refuse_fragments(connection: Connection, tables: Sequence[Table]) -> None:
    """MySQL and MariaDB keep what tables a killed start had made, and another one cannot go on there."""
    present = set(inspect(connection).get_table_names())
    if revision_of(connection) is None and present & {table.name for table in tables}:
        raise Conflict(
            f"{shown(connection.engine.url)} has some of our tables, without data: a start or a copy was killed while "
            "it made them. Remove that database and make it anew"
        )


def refuse_data(connection: Connection, tables: Sequence[Table]) -> None:
    """Raise Conflict if the database holds anything that somebody could miss."""
    present = set(inspect(connection).get_table_names())
    for table in tables:
        if table.name in present - OF_NO_ACCOUNT and (count := count_rows(connection, table)):
            raise Conflict(
                f"{shown(connection.engine.url)} is not empty: its table {table.name} has {count:,} rows. "
                f"Nothing was changed. {_advice(connection.engine)}"
            )


def _advice(engine: Engine) -> str:
    if is_server(engine.url):
        return "Name an empty database; or, if nobody needs what is in this one, remove it and make it anew"
    path = engine.url.database
    return f"If nobody needs what is in it, or to keep it aside: mv {path} {path}.old"


@contextmanager
def opened_target(engine: Engine, tables: Sequence[Table]) -> Iterator[Connection]:
    """A transaction on a database without data, in which nobody else writes; all of it is kept, or nothing."""
    with opened(engine) as connection:
        if is_server(engine.url):
            connection.exec_driver_sql(TURN)
        refuse_data(connection, tables)
        for table in tables:
            if table.name in OF_NO_ACCOUNT:
                connection.execute(table.delete())
        yield connection
        connection.commit()


def analyse(connection: Connection, tables: Sequence[Table]) -> None:
    """Let the database look at what it holds now, so that it finds it quickly."""
    if connection.dialect.name == MYSQL:
        names = ", ".join(connection.dialect.identifier_preparer.format_table(table) for table in tables)
        connection.exec_driver_sql(f"ANALYZE TABLE {names}").close()
    else:
        connection.exec_driver_sql("ANALYZE")
    connection.commit()
