"""A private message, and how far somebody has read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..core.columns import LONG_TEXT
from ..core.database import Model
from ..core.time import UTCDateTime, utc_now

SUBMISSION_LENGTH = 36


class Message(Model):
    """What one wrote to another. `submission` is the mark of the form it came from, as in a post."""

    __tablename__ = "message"
    __table_args__ = (
        # In the order of their lists: received, sent, between two.
        Index("ix_message_recipient_id_id", "recipient_id", "id"),
        Index("ix_message_sender_id_id", "sender_id", "id"),
        Index("ix_message_sender_id_recipient_id_id", "sender_id", "recipient_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sender_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    recipient_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    body: Mapped[str] = mapped_column(LONG_TEXT)
    submission: Mapped[str | None] = mapped_column(String(SUBMISSION_LENGTH))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)

    sender: Mapped[User] = relationship(lazy="raise", innerjoin=True, foreign_keys=[sender_id])
    recipient: Mapped[User] = relationship(lazy="raise", innerjoin=True, foreign_keys=[recipient_id])


class Inbox(Model):
    """How far somebody has read what they received; there is no row until they have read something."""

    __tablename__ = "inbox"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    read_up_to: Mapped[int] = mapped_column(default=0)
    read_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
