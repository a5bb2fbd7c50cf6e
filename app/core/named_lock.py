"""A lock that one process of all machines has, for as long as it lives and reaches the database."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from .server import MYSQL, is_server

# MySQL's locks belong to the whole server, PostgreSQL's to one database; both have names of limited length.
LONGEST_NAME = 64


def try_lock(connection: Connection, name: str) -> bool:
    """Take the lock of that name for this connection, unless another one has it; it goes with the connection."""
    if connection.dialect.name == MYSQL:
        full_name = f"{name} {connection.engine.url.database}"[:LONGEST_NAME]
        return connection.scalar(text("SELECT GET_LOCK(:name, 0)"), {"name": full_name}) == 1
    return bool(connection.scalar(text("SELECT pg_try_advisory_lock(hashtext(:name))"), {"name": name}))


class NamedLock:
    """The lock of one name; on SQLite, where there is one machine, everybody who asks has it."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine, self._name = engine, name
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Try to take the lock, or make sure that we still have it: call it more often than connections may be idle."""
        if not is_server(self._engine.url):
            return True
        try:
            return self._take()
        except DBAPIError:
            self.release()
            return False

    def _take(self) -> bool:
        if self._connection is not None:
            # As long as the connection lives, the lock is ours.
            self._connection.execute(text("SELECT 1"))
            return True
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if not try_lock(connection, self._name):
            connection.close()
            return False
        self._connection = connection
        return True

    def release(self) -> None:
        """Let others have it."""
        if self._connection is None:
            return
        # Not given back to the pool: the lock would stay with it.
        with suppress(SQLAlchemyError):
            self._connection.invalidate()
            self._connection.close()
        self._connection = None
