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
