"""The schema's revisions: what this program knows, what a database has, and bringing one to the other."""

from __future__ import annotations

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from .config import PROJECT_ROOT


def migration_config() -> Config:
    """Alembic's settings; its environment is migrations/env.py."""
    config = Config()
    config.set_main_option("script_location", str(PROJECT_ROOT / "migrations").replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def newest_revision() -> str:
    """The revision that this program's tables have."""
    head = ScriptDirectory.from_config(migration_config()).get_current_head()
    if head is None:
        raise RuntimeError("no migrations found")
    return head


def is_known(revision: str) -> bool:
    """Whether this program knows a revision; a database with another one is from a newer program."""
    return any(
        script.revision == revision for script in ScriptDirectory.from_config(migration_config()).walk_revisions()
    )


def revision_of(connection: Connection) -> str | None:
    """The revision that a database has, None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()
