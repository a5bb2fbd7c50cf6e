"""The language of posts, and translations that were made."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("post", sa.Column("language", sa.String(length=5), nullable=True))
    op.create_table(
        "translation",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text().with_variant(sa.Text(2**24 - 1), "mysql"), nullable=False),
        sa.Column("translator", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_translation_post_id_post"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "language", name=op.f("pk_translation")),
    )
