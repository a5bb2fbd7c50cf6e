"""A lock that one process of all machines has, for as long as it lives and reaches the database."""

from __future__ import annotations

import logging
import threading

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from .database_settings import DatabaseSettings
from .server import MYSQL, server_engine

logger = logging.getLogger(__name__)
# Whoever has this one keeps the search index and does what must be done once.
LEADER = "microblog leader"
SECONDS_BETWEEN_LOOKS = 20.0
# A server that does not answer holds no stop up.
STOP_SECONDS = 2.0
# So that PostgreSQL notices within 90 seconds that a machine has lost its power; MySQL by our silence.
NOTICE = "SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"

# MySQL's locks belong to the whole server, PostgreSQL's to one database; both have names of limited length.
LONGEST_NAME = 64


def try_lock(connection: Connection, name: str) -> bool:
    """Take the lock of that name for this connection, unless another one has it; it goes with the connection."""
    if connection.dialect.name == MYSQL:
        full_name = f"{name} {connection.engine.url.database}"[:LONGEST_NAME]
        return bool(connection.scalar(text("SELECT GET_LOCK(:name, 0)"), {"name": full_name}))
    return bool(connection.scalar(text("SELECT pg_try_advisory_lock(hashtext(:name))"), {"name": name}))


class LastingLock:
    """A named lock that one of many processes has, and another one soon after that is gone; a thread looks after it."""

    def __init__(self, database: DatabaseSettings, name: str) -> None:
        self._engine = server_engine(database).execution_options(isolation_level="AUTOCOMMIT")
        self._name = name
        self._connection: Connection | None = None
        self.is_held = False
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Try to have it, and go on trying, or go on having it."""
        self.look()
        self._thread = threading.Thread(target=self._go_on, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Neither have it nor try to have it any more."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
        self.let_go()
        self.is_held = False

    def _go_on(self) -> None:
        while not self._over.wait(SECONDS_BETWEEN_LOOKS):
            self.look()

    def look(self) -> None:
        """See whether it can be had, or is still ours: taking it twice does no harm."""
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
                if self._connection.dialect.name != MYSQL:
                    self._connection.exec_driver_sql(NOTICE)
            held = try_lock(self._connection, self._name)
        except (DBAPIError, OSError) as error:
            logger.warning("%s: %s", self._name, error)
            held = False
            self.let_go()
        if held != self.is_held:
            logger.info("%s: %s", self._name, "this one" if held else "not this one any more")
        self.is_held = held

    def let_go(self) -> None:
        """Give it up, for another one to have."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
