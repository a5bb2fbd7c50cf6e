"""Bringing the database up to date: a copy first, all or nothing, and back as it was if it fails."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.config import Config

from app.boot import schema
from app.boot.refusal import Reason, Refusal
from app.core.config import PROJECT_ROOT

REVISION = '''
"""A change for the tests."""

import sqlalchemy as sa
from alembic import op

revision = "{number}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
{body}
'''
ADDS = '    op.add_column("fact", sa.Column("colour", sa.Text()))'
FAILS = f"""{ADDS}
    op.execute("INSERT INTO fact (name, value) VALUES ('half', 'done')")
    op.execute("nonsense")"""
BREAKS = "    op.execute(\"INSERT INTO follow VALUES (98, 99, '2026-01-01')\")"
REMAKES = '    with op.batch_alter_table("user") as table:\n        table.alter_column("about_me", type_=sa.Text())'

Write = Callable[..., None]


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch) -> Write:
    """A folder with our first migration, to which revisions can be added."""
    folder = tmp_path / "migrations"
    shutil.copytree(PROJECT_ROOT / "migrations", folder)
    versions = folder / "versions"
    for path in versions.glob("[0-9]*_*.py"):
        if not path.name.startswith("0001_"):
            path.unlink()

    def known() -> list[str]:
        return sorted(path.name.partition("_")[0] for path in versions.glob("[0-9]*_*.py"))

    def config() -> Config:
        config = Config()
        config.set_main_option("script_location", str(folder))
        return config

    monkeypatch.setattr(schema, "known_revisions", known)
    monkeypatch.setattr(schema, "newest_revision", lambda: known()[-1])
    monkeypatch.setattr(schema, "migration_config", config)

    def write(number: str, before: str, body: str) -> None:
        (versions / f"{number}_change.py").write_text(REVISION.format(number=number, before=before, body=body))

    return write


@pytest.fixture
def database(tmp_path: Path, migrations: Write) -> Path:
    """A database of the first version with an account, one follow and a write-ahead log that still holds something."""
    path = tmp_path / "data" / "app.db"
    path.parent.mkdir()
    schema.bring_up_to_date(path)
    with closing(sqlite3.connect(path)) as connection:
        for number in (1, 2):
            connection.execute(
                "INSERT INTO user (id, username, username_key, email, email_key, password_hash, session_key, is_admin,"
                " about_me, created_at, last_seen) VALUES (?, ?, ?, ?, ?, '', '', 0, '', '2026-01-01', '2026-01-01')",
                [number, *[f"user{number}"] * 4],
            )
        connection.execute("INSERT INTO follow VALUES (1, 2, '2026-01-01')")
        connection.commit()
    return path


def dump(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [line for line in connection.iterdump() if "sqlite_stat" not in line]


def copies(database: Path) -> list[str]:
    return sorted(path.name for path in (database.parent / "backups").glob("*"))


def test_a_migration_keeps_the_data_and_leaves_a_copy_of_before(database: Path, migrations: Write) -> None:
    before = dump(database)
    migrations("0002", "0001", ADDS)
    schema.bring_up_to_date(database)
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0002",)
        assert connection.execute("SELECT count(colour), count(*) FROM fact").fetchone()[0] == 0
        assert connection.execute("SELECT count(*) FROM user").fetchone() == (2,)
    assert copies(database) == ["pre-upgrade-0001-0002.db"]
    assert dump(database.parent / "backups" / "pre-upgrade-0001-0002.db") == before
    assert not (database.parent / schema.PROGRESS).exists()


def test_each_step_is_told_and_none_for_a_new_database(database: Path, migrations: Write, tmp_path: Path) -> None:
    migrations("0002", "0001", ADDS)
    migrations("0003", "0002", ADDS.replace("colour", "shape"))
    told: list[str] = []
    schema.bring_up_to_date(database, told.append)
    assert told == [
        "making a copy of the data before it is brought up to date",
        "bringing the data up to date, step 1 of 2: A change for the tests",
        "bringing the data up to date, step 2 of 2: A change for the tests",
        "checking the data after it was brought up to date",
    ]
    told.clear()
    schema.bring_up_to_date(database, told.append)
    schema.bring_up_to_date(tmp_path / "new.db", told.append)
    assert told == []


def test_remaking_a_table_does_not_delete_what_refers_to_it(database: Path, migrations: Write) -> None:
    migrations("0002", "0001", REMAKES)
    schema.bring_up_to_date(database)
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM follow").fetchone() == (1,)


@pytest.mark.parametrize("body", [FAILS, BREAKS], ids=["fails midway", "leaves a broken reference"])
def test_after_a_failed_migration_the_database_is_as_it_was(
    database: Path, migrations: Write, body: str, capfd
) -> None:
    before = dump(database)
    migrations("0002", "0001", ADDS.replace("colour", "first"))
    migrations("0003", "0002", body)
    for _ in range(2):
        with pytest.raises(Refusal, match="The database is as it was before") as refusal:
            schema.bring_up_to_date(database)
        assert refusal.value.reason == Reason.MIGRATION
        assert dump(database) == before
        assert not (database.parent / schema.PROGRESS).exists()
    assert "Traceback" in capfd.readouterr().err, "whoever reports it has something to report"


def test_going_back_to_the_version_before_works_after_a_failure(
    database: Path, migrations: Write, tmp_path: Path
) -> None:
    migrations("0002", "0001", FAILS)
    with pytest.raises(Refusal):
        schema.bring_up_to_date(database)
    (tmp_path / "migrations" / "versions" / "0002_change.py").unlink()
    schema.bring_up_to_date(database)


def test_only_the_newest_copies_are_kept(database: Path, migrations: Write) -> None:
    for number in range(2, 7):
        migrations(f"{number:04}", f"{number - 1:04}", "    pass")
        schema.bring_up_to_date(database)
    assert len(copies(database)) == schema.COPIES_KEPT
    assert "pre-upgrade-0005-0006.db" in copies(database)


def test_without_room_for_the_copy_nothing_is_begun(database: Path, migrations: Write, monkeypatch) -> None:
    migrations("0002", "0001", ADDS)
    before = dump(database)
    monkeypatch.setattr("app.boot.volume.ROOM_TO_MIGRATE", 2**60)
    with pytest.raises(Refusal) as refusal:
        schema.bring_up_to_date(database)
    assert refusal.value.reason == Reason.NO_SPACE
    assert dump(database) == before
    assert not (database.parent / "backups").exists()


def test_a_database_that_is_up_to_date_is_not_copied(database: Path) -> None:
    schema.bring_up_to_date(database)
    assert not (database.parent / "backups").exists()
