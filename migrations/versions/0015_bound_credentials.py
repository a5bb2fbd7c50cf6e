"""Invitations, devices and pending e-mail addresses end with the other credentials of their account."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

USER = sa.table("user", sa.column("id", sa.Integer), sa.column("session_key", sa.String))


def upgrade() -> None:
    # Pending addresses keep the empty default, so they end: their links may be in the wrong hands.
    op.add_column("email_change", _key("session_key"))
    op.add_column("device", _key("session_key"))
    op.add_column("invitation", _key("creator_key"))
    _copy_key("device", "user_id", "session_key")
    _copy_key("invitation", "created_by_id", "creator_key")


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), server_default="", nullable=False)


def _copy_key(name: str, owner: str, key: str) -> None:
    table = sa.table(name, sa.column(owner, sa.Integer), sa.column(key, sa.String))
    current = sa.select(USER.c.session_key).where(USER.c.id == table.c[owner]).scalar_subquery()
    op.execute(table.update().where(table.c[owner].is_not(None)).values({key: current}))
