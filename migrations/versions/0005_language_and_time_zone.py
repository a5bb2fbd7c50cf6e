"""The language and the time zone that somebody has chosen."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user", sa.Column("language", sa.String(length=8), nullable=True))
    op.add_column("user", sa.Column("time_zone", sa.String(length=64), nullable=True))
