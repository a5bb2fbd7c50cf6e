"""A lock that one process of all machines has, for as long as it lives and reaches the database."""

from __future__ import annotations

from sqlalchemy import Connection, text

from .server import MYSQL

# MySQL's locks belong to the whole server, PostgreSQL's to one database; both have names of limited length.
LONGEST_NAME = 64


def try_lock(connection: Connection, name: str) -> bool:
    """Take the lock of that name for this connection, unless another one has it; it goes with the connection."""
    if connection.dialect.name == MYSQL:
        full_name = f"{name} {connection.engine.url.database}"[:LONGEST_NAME]
        return bool(connection.scalar(text("SELECT GET_LOCK(:name, 0)"), {"name": full_name}))
    return bool(connection.scalar(text("SELECT pg_try_advisory_lock(hashtext(:name))"), {"name": name}))
