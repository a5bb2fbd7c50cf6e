"""The database that the tests run on: SQLite, or a server chosen by DATABASE_TEST, with a fresh database per test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any

import database_servers
import pytest
from flask import Flask
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine

from app.boot.server import bring_server_up_to_date
from app.core.address import kind_of, server_address
from app.core.config import Settings
from app.core.database import Base, transaction
from app.core.database_settings import DatabaseSettings
from app.core.schema import newest_revision
from app.core.server import MYSQL, TURN, engine_arguments, server_engine
from app.jobs.service import release_all

CHOICES = {"mariadb": database_servers.mariadb, "postgresql": database_servers.postgresql}
ENGLISH = "LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
CHOSEN, ADDRESS = "DATABASE_TEST", "DATABASE_TEST_ADDRESS"


def chosen() -> str:
    """The server that the tests run on, empty for SQLite."""
    name = os.environ.get(CHOSEN, "").lower()
    if name in ("", "sqlite"):
        return ""
    if name not in CHOICES:
        raise pytest.UsageError(f"{CHOSEN} is {name!r}; write one of: sqlite, {', '.join(CHOICES)}")
    return name


class Servers:
    """The chosen server, started once for all processes of a run."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def start(self) -> None:
        """Start it; its address stands in the environment, for the processes that pytest starts."""
        if name := chosen():
            server = self._stack.enter_context(CHOICES[name]())
            os.environ[ADDRESS] = server.administrator()

    def stop(self) -> None:
        """Stop it."""
        self._stack.close()
        os.environ.pop(ADDRESS, None)


def address_of(text: str) -> URL:
    """An address as the settings read it."""
    scheme, _, rest = text.partition("://")
    return server_address(kind_of(scheme), rest)


def engine_of(address: str) -> Engine:
    """An engine for a database on a server, as the program has it."""
    return server_engine(DatabaseSettings(address_of(address)))


@contextmanager
def opened(settings: Settings) -> Iterator[Connection]:
    """A connection to the database of an appliance that is none of the application's own."""
    database = settings.database
    engine = server_engine(database) if database else create_engine(settings.database_url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def writer_elsewhere(settings: Settings) -> Iterator[Connection]:
    """A writer of another process, who has its turn and keeps it; what it writes is committed in the end."""
    with opened(settings) as connection:
        if settings.database is None:
            connection.connection.driver_connection.isolation_level = None
        connection.exec_driver_sql(TURN if settings.database else "BEGIN IMMEDIATE")
        yield connection
        connection.commit()


def let_leases_end(app: Flask) -> None:
    """As if two minutes had passed: where there may be several machines, a killed worker's jobs wait for that."""
    with app.app_context(), transaction() as session:
        release_all(session)


class Fresh:
    """One database for one process of a run, emptied before each test."""

    def __init__(self, administrator: str, *, stay: bool = False) -> None:
        """With `stay`, one connection to it is kept, for making one takes as long as a small test."""
        self._administrator = address_of(administrator)
        self._names = (f"test_{os.getpid()}_{number}" for number in count())
        self.settings = DatabaseSettings(self.make())
        with self.engine() as engine:
            bring_server_up_to_date(engine, print)
        pool: dict[str, Any] = {"pool_size": 1, "pool_pre_ping": True} if stay else {"poolclass": NullPool}
        self._to_empty = create_engine(self.settings.url, **pool, **engine_arguments(self.settings.url))

    def make(self) -> URL:
        """A new database without any tables."""
        name = next(self._names)
        owner = server_engine(DatabaseSettings(self._administrator)).execution_options(isolation_level="AUTOCOMMIT")
        with owner.connect() as connection:
            # As an operator's may be: MariaDB's usual collation, which boot changes, and the order of English words.
            # Of PostgreSQL's template that nobody is connected to.
            options = "" if owner.dialect.name == MYSQL else f" TEMPLATE template0 ENCODING 'UTF8' {ENGLISH}"
            connection.exec_driver_sql(f"CREATE DATABASE {name}{options}")
        owner.dispose()
        return self._administrator.set(database=name)

    @contextmanager
    def engine(self, url: URL | None = None) -> Iterator[Engine]:
        """An engine for a while."""
        engine = server_engine(DatabaseSettings(url) if url else self.settings)
        try:
            yield engine
        finally:
            engine.dispose()

    def empty(self) -> DatabaseSettings:
        """The database as migrations leave it; whatever is still connected to it is a mistake of the test before."""
        with self._to_empty.begin() as connection:
            if connection.dialect.name == MYSQL:
                _empty_mysql(connection)
            else:
                quoted = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
                connection.exec_driver_sql(f"TRUNCATE {quoted} RESTART IDENTITY")
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{newest_revision()}'")
        return self.settings


_fresh: dict[str, Fresh] = {}


def fresh_on(server: database_servers.Server) -> Fresh:
    """The one of this process on a server that tests have started for themselves."""
    address = server.administrator()
    if address not in _fresh:
        _fresh[address] = Fresh(address)
    return _fresh[address]


def _empty_mysql(connection: Connection) -> None:
    connection.exec_driver_sql("SET foreign_key_checks=0")
    used = connection.exec_driver_sql(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND auto_increment > 1"
    )
    numbered = set(used.scalars())
    for table in Base.metadata.sorted_tables:
        if table.name in numbered:
            connection.exec_driver_sql(f"TRUNCATE `{table.name}`")
        else:
            connection.exec_driver_sql(f"DELETE FROM `{table.name}`")
    connection.exec_driver_sql("SET foreign_key_checks=1")
