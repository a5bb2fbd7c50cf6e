"""The old database: what it must be, and its rows as it has them, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Row, Select, column, create_engine, func, inspect, select, table
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from ..core.address import shown
from ..core.errors import Invalid
from ..core.schema import known_revisions
from .address import parse_address
from .files import opened_file

REVISION = "834b1a697901"
OLDER = frozenset({
    "e517276bb1c2", "780739b227a7", "37f06a334dbf", "ae346256b650", "2b017edaa91f", "d049de007ccf", "f7ac3d27bb1d",
    "c81bac34faab",
})  # fmt: skip
BATCH = 2000
# For servers that answer slowly; one that does not answer at all is told sooner by MySQL's driver.
PATIENCE_SECONDS = 300
# Each table with its columns and the order in which its rows are read. Columns without types come as the driver has
# them: SQLite enforces none, so a time may be any text.
TABLES = {
    "user": (
        ("id", "username", "email", "password_hash", "about_me", "last_seen", "last_message_read_time"),
        ("id",),
    ),
    "followers": (("follower_id", "followed_id"), ("follower_id", "followed_id")),
    "post": (("id", "user_id", "body", "timestamp", "language"), ("timestamp", "id")),
    "message": (("id", "sender_id", "recipient_id", "body", "timestamp"), ("timestamp", "id")),
}
OldRow = Row[*tuple[Any, ...]]
LEFT_OUT = ("notification", "task")
# What servers say in their own codes: MySQL's numbers, PostgreSQL's states.
REASONS = {
    1045: "the user or the password is wrong",
    "28P01": "the user or the password is wrong",
    "28000": "the user or the password is wrong",
    1049: "there is no database of that name",
    "3D000": "there is no database of that name",
    1044: "this user has no rights in that database",
    1142: "this user may not read the tables",
    "42501": "this user may not read the tables",
    2003: "no server answers there",
    1054: "a table lacks a column that upstream's has",
    "42703": "a table lacks a column that upstream's has",
}


class Source:
    """An open database of upstream's Microblog, at one moment: what others write meanwhile is not seen."""

    def __init__(self, connection: Connection, address: str) -> None:
        self._connection = connection
        self.address = address

    def count(self, name: str) -> int:
        """How many rows a table has."""
        with told(self.address):
            return self._connection.scalar(select(func.count()).select_from(table(name))) or 0

    def batches(self, name: str) -> Iterator[Sequence[OldRow]]:
        """The rows of a table in its order, so many at a time that memory does not grow with their number."""
        columns, order = TABLES[name]
        statement: Select[*tuple[Any, ...]] = select(*(column(each) for each in columns)).select_from(table(name))
        ordered = statement.order_by(*(column(each) for each in order))
        with told(self.address):
            options = {"stream_results": True, "yield_per": BATCH}
            yield from self._connection.execute(ordered, execution_options=options).partitions()


@contextmanager
def open_source(address: str, workplace: Path) -> Iterator[Source]:
    """The database at that address, which is only read; raises Invalid if there is none or it is not upstream's.

    `workplace` is a folder for a copy, where one is needed.
    """
    url = parse_address(address)
    with _engine_of(url, workplace) as engine:
        with told(shown(url)):
            connection = engine.connect()
        with connection:
            with told(shown(url)):
                if engine.dialect.name == "sqlite":
                    connection.exec_driver_sql("BEGIN")
                check_revision(connection, shown(url))
            yield Source(connection, shown(url))


@contextmanager
def _engine_of(url: URL, workplace: Path) -> Iterator[Engine]:
    if url.drivername == "sqlite":
        with opened_file(Path(url.database or "app.db"), workplace) as connect:
            yield create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
        return
    mysql = url.get_backend_name() == "mysql"
    arguments: dict[str, Any] = {"charset": "utf8mb4"} if mysql else {"timeout": PATIENCE_SECONDS}
    yield create_engine(
        url, connect_args=arguments, poolclass=NullPool, hide_parameters=True, isolation_level="REPEATABLE READ"
    )


def check_revision(connection: Connection, address: str) -> None:
    """Raise Invalid unless the tables are those of upstream's newest revision."""
    names = set(inspect(connection).get_table_names())
    if "alembic_version" not in names:
        raise Invalid(f"{address} is not a Microblog database: it has no table alembic_version")
    found: list[str] = list(connection.scalars(select(column("version_num")).select_from(table("alembic_version"))))
    revision = found[0] if len(found) == 1 else "none" if not found else " and ".join(sorted(found))
    if revision == REVISION:
        if missing := [name for name in (*TABLES, *LEFT_OUT) if name not in names]:
            raise Invalid(f"{address} is not a whole Microblog database: it has no table {missing[0]}")
    elif revision in OLDER:
        raise Invalid(
            f"{address} has Alembic revision {revision}, but {REVISION} is needed: "
            "run `flask db upgrade` in the old installation, then try again"
        )
    elif revision in known_revisions():
        raise Invalid(f"{address} is the database of an appliance like this one, not of the original Microblog")
    else:
        raise Invalid(
            f"{address} has Alembic revision {revision}, which the original Microblog does not have: "
            f"it is newer than this program or another program's; {REVISION} is needed"
        )


@contextmanager
def told(address: str) -> Iterator[None]:
    """Say in a line why a database cannot be read: raises Invalid."""
    try:
        yield
    except DBAPIError as error:
        raise Invalid(f"{address} cannot be read: {_reason(error.orig)}") from error
    except (SQLAlchemyError, RuntimeError, OSError) as error:
        raise Invalid(f"{address} cannot be read: {error}") from error


def _reason(error: BaseException | None) -> str:
    first = error.args[0] if error is not None and error.args else None
    code = first.get("C") if isinstance(first, dict) else first
    if code in REASONS:
        return REASONS[code]
    if isinstance(first, dict):
        return str(first.get("M"))
    return "no server answers there" if "create a connection" in str(error) else str(error)
