"""When an export last changed, for the feed that tells how far it is."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("export") as batch:
        batch.add_column(sa.Column("changed_at", sa.DateTime(), nullable=True))
    op.execute("UPDATE export SET changed_at = created_at")
    with op.batch_alter_table("export") as batch:
        batch.alter_column("changed_at", existing_type=sa.DateTime(), nullable=False)
