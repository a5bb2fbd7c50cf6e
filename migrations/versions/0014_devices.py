"""From where people have logged in before."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("browser", sa.String(length=32), nullable=False),
        sa.Column("system", sa.String(length=32), nullable=False),
        sa.Column("network", sa.String(length=45), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_device_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "browser", "system", "network", name=op.f("pk_device")),
    )
