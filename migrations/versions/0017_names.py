"""Names in one normal form, and without accents for the search for people."""

import logging

import sqlalchemy as sa
from alembic import op

# What a name is stored as must be what the program looks for; a copy of these rules here could differ from it.
from app.accounts.models import name_columns
from app.imports.names import names_for

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

logger = logging.getLogger("alembic.runtime.migration")
FOLDED = sa.String(length=128).with_variant(sa.String(length=128, collation="C"), "postgresql")
NAMES = ("username", "username_key", "username_folded")


def upgrade() -> None:
    with op.batch_alter_table("user") as batch:
        batch.add_column(sa.Column("username_folded", FOLDED, nullable=False, server_default=""))
        batch.create_index("ix_user_username_folded", ["username_folded", "username_key", "status"])
    _normalize_names()


def _normalize_names() -> None:
    """Store each name anew; of accounts whose names look the same now, the older one keeps it."""
    user = sa.table("user", *map(sa.column, ("id", *NAMES)))
    connection = op.get_bind()
    old = connection.execute(sa.select(user.c.id, user.c.username, user.c.username_key).order_by(user.c.id)).all()
    values = {user_id: name_columns(name) for user_id, name in names_for((row[0], row[1]) for row in old).items()}
    for user_id, name, key in old:
        if values[user_id]["username_key"] != key:
            # No key may be somebody else's, not even for a moment.
            connection.execute(user.update().where(user.c.id == user_id).values(username_key=f" {user_id}"))
        if values[user_id]["username"] != name:
            logger.warning("account %s: the name %a is %s now", user_id, name, values[user_id]["username"])
    for user_id, changed in values.items():
        connection.execute(user.update().where(user.c.id == user_id).values(changed))
