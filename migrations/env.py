"""Runs migrations on the connection that the boot sequence hands over, or on the application's own for `flask db`."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection

from app.accounts import models as accounts
from app.audit import models as audit
from app.core import models as core
from app.core.database import Base
from app.exports import models as exports
from app.invitations import models as invitations
from app.jobs import models as jobs
from app.messages import models as messages
from app.posts import models as posts
from app.tokens import models as tokens
from app.translating import models as translating

# Named so that it is plain why they are imported: their tables are what `flask db check` compares the database with.
TABLES = (core, accounts, posts, messages, tokens, exports, invitations, audit, translating, jobs)


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Let SQLite look at no foreign key meanwhile: a table made anew is dropped first, and rows would go along."""
    driver = connection.connection.dbapi_connection if connection.dialect.name == "sqlite" else None
    if driver is None:
        yield
        return
    # Asked of the driver, for within a transaction it would have no effect.
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def run(connection: Connection) -> None:
    """Migrate, each revision in a transaction of its own, tables remade where SQLite cannot alter them."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=True,
        on_version_apply=context.config.attributes.get("applied"),
    )
    with context.begin_transaction():
        context.run_migrations()


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    from flask import current_app

    with current_app.extensions["migrate"].db.engine.connect() as own, without_foreign_keys(own):
        run(own)
