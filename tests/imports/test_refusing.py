"""What cannot be imported is refused in a line that says what to do, and nothing is changed."""

from __future__ import annotations

import errno
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from database_servers import Server
from databases import opened
from flask import Flask
from people import People
from processes import end, environment_of, eventually
from sqlalchemy import func, select, table, text

from app.core.config import PROJECT_ROOT, Settings
from app.core.database import db
from app.imports import service
from app.imports.source import BATCH, open_source

Bring = Callable[..., Result]
DUMPS = Path(__file__).parent / "dumps"


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def refused(result: Result, *messages: str) -> None:
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    for message in messages:
        assert message in result.output


def count(settings: Settings, name: str = "user") -> int:
    with opened(settings) as connection:
        return connection.scalar(select(func.count()).select_from(table(name))) or 0


def test_an_appliance_with_accounts_takes_in_no_other(bring: Bring, people: People, old_file: Path) -> None:
    refused(bring(str(old_file)), "has accounts already", "flask user list")
    assert people.count_users() == 3


@pytest.mark.parametrize(
    ("statements", "messages"),
    [
        (["UPDATE alembic_version SET version_num = 'c81bac34faab'"], ["c81bac34faab", "needed", "flask db upgrade"]),
        (["UPDATE alembic_version SET version_num = 'feedfacecafe'"], ["feedfacecafe", "does not have"]),
        (["UPDATE alembic_version SET version_num = '0001'"], ["an appliance like this one"]),
        (["DELETE FROM alembic_version"], ["revision none"]),
        (["DROP TABLE alembic_version"], ["not a Microblog database"]),
        (["DROP TABLE message"], ["no table message"]),
        (["ALTER TABLE post RENAME COLUMN body TO text"], ["no such column"]),
        (["DELETE FROM user"], ["has no accounts"]),
    ],
)  # fmt: skip
def test_another_database_is_refused_by_name(
    bring: Bring, old_file: Path, settings: Settings, statements: list[str], messages: list[str]
) -> None:
    change(old_file, *statements)
    refused(bring(str(old_file)), *messages)
    assert count(settings) == 0
    assert not list(settings.data_dir.glob("import*"))


def test_an_administrator_who_is_not_there_is_told_before_anything_is_written(
    bring: Bring, old_file: Path, settings: Settings
) -> None:
    refused(bring(str(old_file), "--admin", "nobody"), "no account 'nobody'")
    assert count(settings) == 0


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("nothing-here.db", "no file"),
        (".", "directory"),
        ("README.md", "not an SQLite database"),
        ("mongodb://a:secret@b/c", "no reading from mongodb"),
        ("mysql://a:secret@b:port/c", "cannot be read"),
        ("mysql://a:secret@b", "lacks"),
        ("", "say where"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(bring: Bring, address: str, message: str) -> None:
    result = bring(address)
    refused(result, message)
    assert "secret" not in result.output


def test_a_damaged_file_is_told(bring: Bring, old_file: Path, settings: Settings) -> None:
    content = bytearray(old_file.read_bytes())
    content[100 : len(content)] = b"\xff" * (len(content) - 100)
    old_file.write_bytes(content)
    refused(bring(str(old_file)), "cannot be read", "malformed")


def test_a_file_that_may_not_be_read_is_told(bring: Bring, old_file: Path, monkeypatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    # Not by the file's mode, for root may read everything.
    monkeypatch.setattr(Path, "open", denied)
    refused(bring(str(old_file)), "may not read", "chmod a+r")


@pytest.mark.parametrize("kind", ["mariadb", "postgresql"])
def test_what_a_server_says_is_told_in_words_without_the_password(
    request: pytest.FixtureRequest, bring: Bring, kind: str, free_port: int
) -> None:
    server: Server = request.getfixturevalue(kind)
    good = server.loaded("old", DUMPS / f"{kind}.sql")
    cases = [
        (server.address("old", "wrong"), "the user or the password is wrong"),
        (server.address("nowhere"), "database"),
        (good.replace("//microblog:", "//stranger:"), "may not read the tables" if kind == "postgresql" else "rights"),
        (good.replace(f":{server.port}/", f":{free_port}/"), "no server answers there"),
    ]
    for address, message in cases:
        result = bring(address)
        refused(result, message)
        assert "p%" not in result.output
        assert "wrong@" not in result.output


@pytest.mark.parametrize("kind", ["mariadb", "postgresql"])
def test_the_address_may_come_from_standard_input(request: pytest.FixtureRequest, bring: Bring, kind: str) -> None:
    server: Server = request.getfixturevalue(kind)
    result = bring("-", "--dry-run", typed=server.loaded("old", DUMPS / f"{kind}.sql") + "\n")
    assert result.exit_code == 0, result.output


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("left", ["nothing", "an old log", "a log", "a journal"])
def test_the_old_file_and_its_folder_stay_byte_for_byte(
    bring: Bring, old_file: Path, tmp_path: Path, settings: Settings, left: str
) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    old = folder / "app.db"
    with closing(sqlite3.connect(old_file)) as connection:
        connection.execute(f"PRAGMA journal_mode={'wal' if 'log' in left else 'persist'}")
        if left in ("a log", "a journal"):
            connection.execute("PRAGMA cache_size=1")
            connection.execute("INSERT INTO followers VALUES (5, 6)")
        if left == "a log":
            connection.commit()
        for path in tmp_path.glob("old.db*"):
            # What a crash would leave.
            shutil.copyfile(path, folder / path.name.replace("old.db", "app.db"))
        connection.rollback()
    for path in folder.glob("*-shm"):
        path.unlink()
    if left == "an old log":
        shutil.copyfile(old_file, old)
        (folder / "app.db-wal").unlink(missing_ok=True)
    before = contents(folder)
    # As after an import that was killed.
    (settings.data_dir / "import-source").mkdir()
    (settings.data_dir / "import-report.txt.partial").touch()
    result = bring(str(old))
    if left in ("nothing", "an old log"):
        (settings.data_dir / "import-source").rmdir()
    assert result.exit_code == 0, result.output
    assert contents(folder) == before
    assert count(settings, "follow") == (7 if left == "a log" else 6)
    assert sorted(path.name for path in settings.data_dir.glob("import*")) == ["import-report.txt"]


@pytest.mark.sqlite("a disk that is full is told by codes, see core/test_server_errors.py")
def test_a_full_disk_is_told_and_leaves_an_empty_appliance_that_works(
    app: Flask, bring: Bring, old_file: Path, settings: Settings
) -> None:
    with app.app_context():
        pages = db.session.execute(text("PRAGMA page_count")).scalar_one()
        db.session.execute(text(f"PRAGMA max_page_count={pages + 2}"))
        change(
            old_file,
            *(
                f"INSERT INTO post (body, timestamp, user_id) VALUES ('{'x' * 900}', '2025-01-01', 1)"
                for _ in range(50)
            ),
        )
        refused(bring(str(old_file)), "is full", "Nothing was brought along")
        assert count(settings) == 0
        db.session.rollback()
        db.session.execute(text("PRAGMA max_page_count=1000000"))
    assert bring(str(old_file)).exit_code == 0


def test_too_little_room_is_told_before_anything_is_read(bring: Bring, old_file: Path, monkeypatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=10_000))
    refused(bring(str(old_file)), "takes about 1 MiB", "only 0 MiB free", "make room")


def grow(path: Path, posts: int) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO post (body, timestamp, user_id) VALUES (?, ?, 1)",
            # long ones, for much of them must not fit into the 64 MiB that the import may keep in memory
            ((f"number {number} ".ljust(270, "x"), f"2025-01-01 00:00:00.{number:06}") for number in range(posts)),
        )


@pytest.mark.sqlite("its log tells when it is in the middle")
def test_killed_in_the_middle_it_leaves_an_empty_appliance_and_can_be_done_again(
    bring: Bring, old_file: Path, settings: Settings, tmp_path: Path
) -> None:
    grow(old_file, 250_000)
    log = settings.database_path.with_name("app.db-wal")
    command = [sys.executable, "-m", "flask", "--app", "app", "import", "microblog", str(old_file)]
    process = subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment_of(settings), stdout=subprocess.PIPE)
    try:
        # The log grows as soon as memory does not hold what is written: it is in the middle then.
        eventually(lambda: process.poll() is not None or (log.exists() and log.stat().st_size > 2**20))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
    finally:
        end(process)
    assert count(settings) == 0
    assert count(settings, "post") == 0
    assert bring(str(old_file)).exit_code == 0
    assert count(settings, "post") == 250_016


def test_interrupted_from_the_keyboard_it_says_that_nothing_happened(
    bring: Bring, old_file: Path, settings: Settings, monkeypatch
) -> None:
    def interrupted(*_: object) -> Iterator[object]:
        raise KeyboardInterrupt

    monkeypatch.setattr(service.rows, "messages", interrupted)
    refused(bring(str(old_file)), "interrupted", "Nothing was brought along")
    assert count(settings) == 0
    assert not list(settings.data_dir.glob("import*"))


@pytest.mark.parametrize("kind", ["sqlite", "mariadb", "postgresql"])
def test_rows_are_read_a_batch_at_a_time(
    request: pytest.FixtureRequest, old_file: Path, tmp_path: Path, kind: str
) -> None:
    if kind == "sqlite":
        address = str(old_file)
        grow(old_file, 2 * BATCH)
    else:
        server: Server = request.getfixturevalue(kind)
        address = server.loaded("large", DUMPS / f"{kind}.sql")
        values = ",".join(f"({10_000 + number}, 'x', '2025-01-01', 1)" for number in range(2 * BATCH))
        server.execute("large", f"INSERT INTO post (id, body, timestamp, user_id) VALUES {values}")
    with open_source(address, tmp_path) as source:
        assert source.count("post") == 2 * BATCH + 16
        assert [len(batch) for batch in source.batches("post")] == [BATCH, BATCH, 16]
