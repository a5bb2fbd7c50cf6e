"""`flask db upgrade` keeps what is there, also where a table has to be made anew."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from app.boot.schema import migration_config
from app.core.schema import newest_revision

ROOT = Path(__file__).parents[2]
SECRET = "a secret key that is long enough for the tests"
MOMENT = "2024-01-01 00:00:00"


def test_posts_stay_though_the_table_of_accounts_is_made_anew(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'app.db'}")
    with engine.begin() as connection:
        config = migration_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO user (id, username, username_key, email, email_key, password_hash, session_key, is_admin,"
            " about_me, created_at, last_seen) VALUES (7, 'alice', 'alice', 'a@b', 'a@b', 'x', 'k', 1, '', ?, ?)",
            (MOMENT, MOMENT),
        )
        connection.exec_driver_sql(
            "INSERT INTO post (id, author_id, body, created_at) VALUES (5, 7, 'hello', ?)", (MOMENT,)
        )
    own = {name: value for name, value in os.environ.items() if not name.startswith("MICROBLOG_")}
    settings = {"MICROBLOG_DATA_DIR": str(tmp_path), "SECRET_KEY": SECRET}
    flask = [sys.executable, "-m", "flask", "--app", "app", "db", "upgrade"]
    ended = subprocess.run(flask, cwd=ROOT, env=own | settings, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id, author_id, body FROM post").all() == [(5, 7, "hello")]
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == newest_revision()
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    engine.dispose()
