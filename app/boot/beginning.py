"""An appliance that was pointed at a server does not begin anew while its accounts lie in the file of before."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ..backup.snapshot import opened_for_reading
from ..core.config import Settings
from ..core.database_settings import DatabaseSettings
from ..core.server import server_engine
from .refusal import Reason, Refusal
from .server import count_accounts


def check_nothing_is_left_behind(settings: Settings) -> None:
    """Raise Refusal if the server has no account and the file that it takes the place of has some."""
    path = settings.database_path
    if settings.database is None or not (left := _accounts_of_file(path)) or _accounts_of_server(settings.database):
        return
    raise Refusal(
        Reason.DATABASE,
        f"the database of DATABASE_URL has no account yet, and {path} has {left}",
        "To take them along, copy them there: see README, Moving there, and back. To begin anew, put that file aside: "
        f"mv {path} {path}.old",
    )


def _accounts_of_file(path: Path) -> int:
    if not path.is_file():
        return 0
    try:
        with opened_for_reading(path) as connection:
            return int(connection.execute('SELECT COUNT(*) FROM "user"').fetchone()[0])
    except sqlite3.Error:
        # Never used, or not readable: nothing that could be taken along.
        return 0


def _accounts_of_server(database: DatabaseSettings) -> int:
    engine = server_engine(database)
    try:
        with engine.connect() as connection:
            return count_accounts(connection)
    finally:
        engine.dispose()
