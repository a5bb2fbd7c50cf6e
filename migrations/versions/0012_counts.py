"""Of each account, how many follow it, how many it follows, and how much it has written."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COUNTS = ("follower_count", "following_count", "counted_posts", "counted_up_to")


def upgrade() -> None:
    with op.batch_alter_table("user") as batch:
        for name in COUNTS:
            batch.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    user = sa.table("user", *map(sa.column, ("id", *COUNTS)))
    follow = sa.table("follow", sa.column("follower_id"), sa.column("followed_id"))
    post = sa.table("post", sa.column("id"), sa.column("author_id"))

    def of_each(what: sa.ColumnElement, column: sa.ColumnElement) -> sa.ScalarSelect:
        return sa.select(what).where(column == user.c.id).scalar_subquery()

    op.execute(
        user.update().values(
            follower_count=of_each(sa.func.count(), follow.c.followed_id),
            following_count=of_each(sa.func.count(), follow.c.follower_id),
            counted_posts=of_each(sa.func.count(), post.c.author_id),
            counted_up_to=of_each(sa.func.coalesce(sa.func.max(post.c.id), 0), post.c.author_id),
        )
    )
