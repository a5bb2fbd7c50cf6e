"""Backups of a database on a server: its own tool makes them, by a command that we can only name."""

from __future__ import annotations

import shlex

from sqlalchemy import URL

from ..core.server import MYSQL

# All of it as it was at one moment, while everybody goes on writing.
MARIADB_DUMP = ("mariadb-dump", "--single-transaction", "--default-character-set=utf8mb4")
PG_DUMP = ("pg_dump", "--format=custom", "--file=microblog.dump")


def dump_command(url: URL) -> str:
    """What to type for a copy of that database; whoever types it is asked for the password."""
    database = url.database or ""
    if url.get_backend_name() == MYSQL:
        socket = url.query.get("unix_socket")
        where = [f"--socket={socket}"] if socket else _where(url)
        words = [*MARIADB_DUMP, *where, f"--user={url.username}", "--password", database]
        return f"{shlex.join(words)} > microblog.sql"
    return shlex.join([*PG_DUMP, *_where(url), f"--username={url.username}", database])


def _where(url: URL) -> list[str]:
    return [f"--host={url.host}", *([f"--port={url.port}"] if url.port else [])]


def advice(url: URL) -> str:
    """Why there is no backup of ours, and what to do instead."""
    return (
        "the database is on a server (DATABASE_URL), so that server's own tool makes its backups and puts them back: "
        f"{dump_command(url)} -- and keep secret_key of the data folder; see README.md, A database server"
    )
