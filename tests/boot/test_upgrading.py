"""Data of every version there ever was comes through all migrations since, and is served afterwards.

Nothing here names a revision: whoever adds one is tested by it. Rows are made of what the tables say of themselves;
only where that is not enough are there values below.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from people import PASSWORD_HASH, People
from sqlalchemy import NullPool, create_engine

from app.audit.service import LOGGED_IN
from app.backup.snapshot import verify
from app.boot.schema import bring_up_to_date, migration_config
from app.core.config import Settings
from app.core.schema import known_revisions
from app.people.service import wrong_counts
from app.search.service import UPDATE

MOMENT = "2026-01-0{} 12:00:00.000000"
# By table and column: what row 1 has, what row 2 has.
VALUES: dict[tuple[str, str], tuple[Any, Any]] = {
    ("user", "username"): ("alice", "bob"),
    ("user", "username_key"): ("alice", "bob"),
    ("user", "email"): ("Alice@example.org", "bob@example.org"),
    ("user", "email_key"): ("alice@example.org", "bob@example.org"),
    ("user", "password_hash"): (PASSWORD_HASH, PASSWORD_HASH),
    ("user", "status"): ("active", "active"),
    ("user", "language"): ("en", None),
    ("user", "time_zone"): ("Europe/Madrid", None),
    ("user", "follower_count"): (1, 1),
    ("user", "following_count"): (1, 1),
    ("user", "counted_posts"): (1, 1),
    ("follow", "followed_id"): (2, 1),
    ("post", "body"): ("An old post about harbours", "Ein Beitrag über Häfen \N{ANCHOR}"),
    ("post", "language"): ("en", None),
    ("message", "recipient_id"): (2, 1),
    ("translation", "language"): ("es", "es"),
    ("job", "kind"): (UPDATE, UPDATE),
    ("job", "payload"): ('{"kind": "post", "id": 1}', '{"kind": "post", "id": 2}'),
    ("job", "attempts"): (0, 0),
    ("event", "kind"): (LOGGED_IN, LOGGED_IN),
    ("event", "actor"): ("alice", "bob"),
    ("event", "subject"): ("alice", "bob"),
    ("invitation", "uses_left"): (0, 1),
}

Tables = dict[str, list[dict[str, Any]]]

pytestmark = pytest.mark.sqlite("the file of each version is brought up to date")


def migrate_to(database: Path, revision: str) -> None:
    """As it was when that revision was the newest."""
    engine = create_engine(f"sqlite:///{database}", poolclass=NullPool)
    with engine.connect() as connection:
        config = migration_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def fill(connection: sqlite3.Connection) -> None:
    """Two rows in every table."""
    for table in names_of_tables(connection):
        columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
        keys = {row[3] for row in connection.execute(f'PRAGMA foreign_key_list("{table}")')}
        for number in (1, 2):
            row = [value_for(table, name, kind.upper(), number, name in keys) for _, name, kind, *_ in columns]
            named = ", ".join(f'"{name}"' for _, name, *_ in columns)
            connection.execute(f'INSERT INTO "{table}" ({named}) VALUES ({", ".join("?" * len(row))})', row)
    connection.commit()


def value_for(table: str, column: str, kind: str, number: int, is_reference: bool) -> Any:
    if (table, column) in VALUES:
        return VALUES[table, column][number - 1]
    if is_reference or kind.startswith("INTEGER"):
        return number
    if kind.startswith("BOOLEAN"):
        return number % 2
    if kind.startswith("DATETIME"):
        return MOMENT.format(number)
    return json.dumps({"number": number}) if kind.startswith("JSON") else f"{column} {number}"


def names_of_tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted(name for (name,) in found if name != "alembic_version")


def contents(database: Path) -> Tables:
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            table: [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')]
            for table in names_of_tables(connection)
        }


def missing(before: Tables, after: Tables) -> list[tuple[str, dict[str, Any]]]:
    """What was there before and is not any more, as far as one can see: columns may have come."""
    return [
        (table, row)
        for table, rows in before.items()
        for row in rows
        if not any(row.items() <= kept.items() for kept in after.get(table, []))
    ]


@pytest.fixture(params=known_revisions())
def before(request: pytest.FixtureRequest, settings: Settings) -> Tables:
    """What the database of an older version holds, which has taken the place of the new one."""
    settings.database_path.unlink()
    migrate_to(settings.database_path, request.param)
    with closing(sqlite3.connect(settings.database_path)) as connection:
        fill(connection)
    return contents(settings.database_path)


def test_every_row_of_every_version_comes_through_and_is_served(
    before: Tables, settings: Settings, make_app: Callable[..., Any]
) -> None:
    assert all(len(rows) == 2 for rows in before.values())
    bring_up_to_date(settings.database_path)
    after = contents(settings.database_path)
    assert missing(before, after) == []
    assert all(len(after[table]) == 2 for table in before if table != "fact"), "and nothing came that was not there"
    verify(settings.database_path)

    app = make_app()
    with app.app_context():
        assert wrong_counts() == 0, "what is kept of each account is what there is"
    alice = People(app).browser("alice")
    for path in ("/", "/explore", "/user/bob", "/messages", "/messages/with/bob", "/admin/people", "/admin/events"):
        assert alice.get(path).status_code == 200, path
    assert VALUES["post", "body"][0] in alice.get("/explore").text
    assert VALUES["post", "body"][1] in alice.get("/explore").text
