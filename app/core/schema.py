"""The schema's revisions, told without the migration library, which would cost every process 14 MiB."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from .config import PROJECT_ROOT

# A file beside the database that says that there has been one.
INITIALISED = ".initialised"
VERSIONS = PROJECT_ROOT / "migrations" / "versions"


def known_revisions() -> list[str]:
    """All revisions of this program, oldest first; a migration's file is named NUMBER_what_it_does.py."""
    return sorted(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))


def newest_revision() -> str:
    """The revision that this program's tables have."""
    return known_revisions()[-1]


def revision_of(connection: Connection) -> str | None:
    """The revision that a database has, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
