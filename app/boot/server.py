"""A database on a server at boot: waited for, fit for use, brought up to date by one program at a time."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable
from functools import partial

from sqlalchemy import URL, Connection, Engine, func, inspect, select, table
from sqlalchemy.exc import DBAPIError

from ..core.address import shown
from ..core.config import Settings
from ..core.named_lock import try_lock
from ..core.schema import known_revisions, newest_revision, revision_of
from ..core.server import MYSQL, server_engine
from ..core.server_errors import code_of
from .refusal import Reason, Refusal
from .schema import migration_config, newer_data, record_version, upgrade

MIGRATION_LOCK = "microblog migration"
LOCK_WAIT_SECONDS = 900
WAITING = "another program is bringing the database up to date; waiting"
PAUSE_SECONDS = 0.5
CHARACTER_SET = "utf8mb4"
# With utf8mb4_bin a space at the end would not count.
COLLATIONS = {"MariaDB": "utf8mb4_nopad_bin", "MySQL": "utf8mb4_0900_bin"}
# Older ones lack SKIP LOCKED, by which several workers share the jobs.
OLDEST = {"MariaDB": (10, 6), "MySQL": (8, 0, 17), "PostgreSQL": (12,)}
# What does not pass by waiting, in the servers' own codes.
LASTING = {
    1045: "the user or the password is wrong",
    1698: "the user or the password is wrong",
    "28P01": "the user or the password is wrong",
    "28000": "this user may not log in from here",
    1049: "there is no database of that name",
    "3D000": "there is no database of that name",
    1044: "this user has no rights in that database",
    "42501": "this user has too few rights in that database",
}


def prepare_server(settings: Settings, tell: Callable[[str], None]) -> None:
    """Leave a database that is up to date; raises Refusal. Any number may do it at once; `tell` is told of waiting."""
    if settings.database is None:
        return
    engine = server_engine(settings.database)
    try:
        wait_for_server(engine, settings.database_wait, tell)
        bring_server_up_to_date(engine, tell)
    finally:
        engine.dispose()


def wait_for_server(engine: Engine, seconds: int, tell: Callable[[str], None]) -> None:
    """Wait until the server answers; raises Refusal when it does not in time, or says that it never will."""
    until, told = time.monotonic() + seconds, False
    while True:
        try:
            with engine.connect():
                return
        except (DBAPIError, OSError) as error:
            reason = _reason(error)
            if time.monotonic() >= until or reason in LASTING.values():
                raise Refusal(
                    Reason.DATABASE, f"the database {shown(engine.url)} cannot be used: {reason}", _advice(engine.url)
                ) from error
        if not told:
            told = True
            tell(f"waiting up to {seconds} s for the database {shown(engine.url)} ({reason})")
        time.sleep(PAUSE_SECONDS)


def _reason(error: Exception) -> str:
    code = code_of(error.orig) if isinstance(error, DBAPIError) else None
    if code in LASTING and isinstance(code, int | str):
        return LASTING[code]
    said = " ".join(str(getattr(error, "orig", None) or error).split())
    trouble = "there is no encrypted connection to it" if "SSL" in said else "no server answers there"
    return f"{trouble} ({said[:200]})"


def _advice(url: URL) -> str:
    server = url.host or "this machine"
    return f"Look at DATABASE_URL, DATABASE_PASSWORD_FILE, DATABASE_CA and the log of the server on {server}"


def bring_server_up_to_date(engine: Engine, tell: Callable[[str], None]) -> None:
    """Migrate the database if it is older than this program, while others wait; raises Refusal."""
    with engine.connect() as connection:
        _check_version(connection)
        _wait_for_turn(connection, tell)
        _check_text(connection)
        revision = revision_of(connection)
        _check_ours(connection, revision)
        connection.rollback()
        if revision != newest_revision():
            tell("bringing the database up to date")
            _migrate(connection, revision)
        record_version(connection)
        # Gone with this lock, which the pool would keep.
        connection.invalidate()


def _wait_for_turn(connection: Connection, tell: Callable[[str], None]) -> None:
    too_long = Refusal(
        Reason.DATABASE,
        "another program has been bringing the database up to date for very long",
        "Look at its log; then start this one again",
    )
    wait_for_lock(connection, MIGRATION_LOCK, LOCK_WAIT_SECONDS, too_long, partial(tell, WAITING))
    connection.commit()


def wait_for_lock(
    connection: Connection, name: str, seconds: float, too_long: Refusal, tell: Callable[[], None]
) -> None:
    """Have a named lock for this connection; `tell` is called once if it is not free, `too_long` raised in the end."""
    until, told = time.monotonic() + seconds, False
    while not try_lock(connection, name):
        connection.rollback()
        if time.monotonic() >= until:
            raise too_long
        if not told:
            told = True
            tell()
        time.sleep(PAUSE_SECONDS)


def count_accounts(connection: Connection) -> int:
    """How many accounts there are, on whatever server."""
    return connection.scalar(select(func.count()).select_from(table("user"))) or 0


def _check_version(connection: Connection) -> None:
    name = _product(connection)
    found = tuple(part for part in connection.dialect.server_version_info or () if isinstance(part, int))
    if found < OLDEST[name]:
        raise Refusal(
            Reason.DATABASE,
            f"the server is {name} {_dotted(found)}",
            f"Use {name} {_dotted(OLDEST[name])} or a later one",
        )


def _product(connection: Connection) -> str:
    if connection.dialect.name != MYSQL:
        return "PostgreSQL"
    return "MariaDB" if getattr(connection.dialect, "is_mariadb", False) else "MySQL"


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _check_text(connection: Connection) -> None:
    """All of Unicode, compared as it is: names in small letters are what must be unique, as on SQLite."""
    if connection.dialect.name != MYSQL:
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
        if encoding != "UTF8":
            raise Refusal(
                Reason.DATABASE,
                f"the database holds texts as {encoding}",
                "Make it anew: CREATE DATABASE microblog TEMPLATE template0 ENCODING 'UTF8'",
            )
        return
    chosen = connection.exec_driver_sql("SELECT @@character_set_database, @@collation_database").one()
    collation = COLLATIONS[_product(connection)]
    if tuple(chosen) == (CHARACTER_SET, collation):
        return
    statement = f"ALTER DATABASE CHARACTER SET {CHARACTER_SET} COLLATE {collation}"
    try:
        connection.exec_driver_sql(statement)
    except DBAPIError as error:
        raise Refusal(
            Reason.DATABASE,
            f"the database holds texts as {chosen[0]} compared by {chosen[1]}, and this user may not change that",
            f"Let somebody who may run: {statement}",
        ) from error


def _check_ours(connection: Connection, revision: str | None) -> None:
    tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
    if revision in known_revisions() or (revision is None and not tables):
        return
    if "fact" in tables:
        raise newer_data(connection)
    raise Refusal(
        Reason.DATABASE,
        f"the database {shown(connection.engine.url)} holds the tables of another program",
        "Name an empty one; what is in the original Microblog is brought along by: flask import microblog URL",
    )


def _migrate(connection: Connection, revision: str | None) -> None:
    config = migration_config()
    config.attributes["connection"] = connection
    try:
        upgrade(config)
        connection.commit()
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        raise _failed(connection, revision, error) from error


def _failed(connection: Connection, revision: str | None, error: Exception) -> Refusal:
    what = f"bringing the database up to date failed ({type(error).__name__}: {error})"
    if revision is None:
        return Refusal(Reason.MIGRATION, what, "There was no data yet. Empty the database, then start again")
    if connection.dialect.name == MYSQL:
        # Its changes of tables cannot be taken back.
        advice = "It may be half done: put a dump of before in its place, then start the version that you had"
    else:
        advice = "What was begun was taken back. Go back to the version that you had"
    return Refusal(Reason.MIGRATION, what, advice)
