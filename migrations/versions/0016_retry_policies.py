"""Expiry of jobs, and how often a worker ended in the middle of one; given-up e-mails lose their contents."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ERASED = "given up before an update; content erased"
# What was written before knows no end: the longest of links lasts a day, those for a new password ten minutes.
SHORT_LINK, SHORT, LONG = "/auth/reset_password/", timedelta(minutes=10), timedelta(days=1)


def upgrade() -> None:
    with op.batch_alter_table("job") as table:
        table.add_column(sa.Column("interruptions", sa.Integer(), server_default="0", nullable=False))
        table.add_column(sa.Column("expires_at", sa.DateTime(), nullable=True))
    job = sa.table(
        "job",
        *(sa.column("id", sa.Integer), sa.column("kind", sa.String), sa.column("payload", sa.JSON)),
        *(sa.column("due", sa.DateTime), sa.column("error", sa.Text)),
        *(sa.column("created_at", sa.DateTime), sa.column("expires_at", sa.DateTime)),
    )
    connection = op.get_bind()
    is_mail = job.c.kind == "mail.send"
    holds_address = job.c.kind.in_(["mail.send", "recovery.send_link"])
    given_up = sa.update(job).where(holds_address, job.c.due.is_(None))
    connection.execute(given_up.values(payload={}, error=ERASED))
    waiting = sa.select(job.c.id, job.c.payload, job.c.created_at).where(is_mail, job.c.due.is_not(None))
    for number, payload, created_at in connection.execute(waiting).all():
        lifetime = SHORT if SHORT_LINK in payload.get("text", "") else LONG
        connection.execute(sa.update(job).where(job.c.id == number).values(expires_at=created_at + lifetime))
