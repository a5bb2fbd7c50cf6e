"""Old databases: files of SQL that upstream's own migrations and models made, read into files and real servers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from database_servers import Server
from flask import Flask

DUMPS = Path(__file__).parent / "dumps"
# What SQLite lets into such a database, and no server does.
LOOSE = """
UPDATE post SET body = CAST(X'6E756C0068657265' AS TEXT) WHERE id = 1;
UPDATE post SET body = CAST(X'6E6F2074657874FF' AS TEXT) WHERE id = 2;
UPDATE post SET timestamp = 'yesterday' WHERE id = 5000;
UPDATE post SET timestamp = '2024-03-01 14:00:00' WHERE id = 3;
INSERT INTO post (id, body, timestamp, user_id) VALUES (6000, 'by nobody', '2024-05-01 00:00:00.000000', 77);
INSERT INTO post (id, body, timestamp, user_id)
VALUES (6001, printf('%.*c', 2000, 'x'), '2024-05-02 00:00:00.000000', 3);
INSERT INTO message (id, sender_id, recipient_id, body, timestamp)
VALUES (90, 77, 1, 'from nobody', '2024-05-01 00:00:00');
INSERT INTO followers VALUES (1, 77);
INSERT INTO user (id, username, email, password_hash)
VALUES (200, printf('%.*c', 300, 'n'), printf('%.*c@example.org', 300, 'n'), NULL);
UPDATE user SET about_me = printf('%.*c', 500, 'y') WHERE id = 3;
"""


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    """An old SQLite database."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((DUMPS / "sqlite.sql").read_bytes().decode())
    return path


@pytest.fixture
def loose_file(old_file: Path) -> Path:
    """An old SQLite database with what only SQLite lets in."""
    with closing(sqlite3.connect(old_file)) as connection:
        connection.executescript(LOOSE)
    return old_file


@pytest.fixture(params=["sqlite", "mariadb", "postgresql"])
def old_address(request: pytest.FixtureRequest) -> str:
    """Where an old database is, in each kind of place."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("old_file"))
    server: Server = request.getfixturevalue(request.param)
    return server.loaded("old", DUMPS / f"{request.param}.sql")


@pytest.fixture
def bring(app: Flask) -> Callable[..., Result]:
    """Run `flask import microblog` with these words."""

    def run(*words: str, typed: str | None = None) -> Result:
        return app.test_cli_runner().invoke(args=["import", "microblog", *words], input=typed)

    return run
