"""The migrations make the tables that the program has, from nothing, in one line."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from app.boot.schema import bring_up_to_date, migration_config
from app.core.database import Base
from app.core.schema import known_revisions, newest_revision


def test_the_tables_are_those_of_the_models(migrated_database: Path) -> None:
    engine = create_engine(f"sqlite:///{migrated_database}")
    with engine.connect() as connection:
        config = migration_config()
        config.attributes["connection"] = connection
        command.check(config)  # raises if a migration is missing
    engine.dispose()


def test_there_is_one_line_of_revisions_and_their_files_tell_their_order() -> None:
    scripts = ScriptDirectory.from_config(migration_config())
    in_order = [script.revision for script in scripts.walk_revisions()][::-1]
    assert scripts.get_heads() == [newest_revision()]
    assert in_order == known_revisions()


def test_every_constraint_and_index_has_a_name(migrated_database: Path) -> None:
    engine = create_engine(f"sqlite:///{migrated_database}")
    inspector = inspect(engine)
    names: list[object] = []
    for table in Base.metadata.tables:
        # Primary keys are left out: SQLite has no name for one that counts up, and nothing ever alters it.
        names += [each["name"] for each in inspector.get_foreign_keys(table)]
        names += [each["name"] for each in inspector.get_unique_constraints(table)]
        names += [each["name"] for each in inspector.get_check_constraints(table)]
        names += [each["name"] for each in inspector.get_indexes(table)]
    engine.dispose()
    assert len(names) >= 7
    assert all(names)


def test_doing_it_twice_changes_nothing(tmp_path: Path) -> None:
    database = tmp_path / "app.db"
    dumps = []
    for _ in range(2):
        bring_up_to_date(database)
        with closing(sqlite3.connect(database)) as connection:
            dumps.append(list(connection.iterdump()))
    assert dumps[0] == dumps[1]


def test_given_up_e_mails_lose_their_contents_and_waiting_ones_expire(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'app.db'}")
    insert = (
        "INSERT INTO job (id, kind, payload, due, attempts, error, created_at) "
        "VALUES (?, ?, ?, ?, 10, ?, '2026-01-01 00:00:00')"
    )
    link, due = '{"text": "https://x.org/auth/reset_password/secret"}', "2026-01-01 00:00:00"
    with engine.begin() as connection:
        config = migration_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0015")
        for values in (
            *((1, "mail.send", link, None, "MailFailed: bob@example.org"), (2, "mail.send", link, due, None)),
            *((3, "mail.send", '{"text": "hello"}', due, None), (4, "exports.make", '{"id": 1}', None, "OSError")),
        ):
            connection.exec_driver_sql(insert, values)
        command.upgrade(config, "head")
        rows = connection.exec_driver_sql("SELECT payload, error, expires_at FROM job ORDER BY id").all()
    engine.dispose()
    assert rows[0][0] == "{}"
    assert "bob" not in rows[0][1]
    assert rows[1][2].startswith("2026-01-01 00:10:00")
    assert rows[2][2].startswith("2026-01-02 00:00:00")
    assert rows[3] == ('{"id": 1}', "OSError", None)
