"""A post."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..core.columns import LONG_TEXT
from ..core.database import Model
from ..core.time import UTCDateTime, utc_now

SUBMISSION_LENGTH = 36
LANGUAGE_LENGTH = 5


class Post(Model):
    """What somebody wrote. `submission` is the mark of the form it came from, so that sending twice makes one post."""

    __tablename__ = "post"
    __table_args__ = (
        # Delivers each author's posts in the order of the home timeline; without it that query reads every post.
        Index("ix_post_author_id_id", "author_id", "id"),
        # A post's address must never come to mean another post, not even after the newest one was deleted.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    body: Mapped[str] = mapped_column(LONG_TEXT)
    submission: Mapped[str | None] = mapped_column(String(SUBMISSION_LENGTH))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    # NULL: nobody has looked yet; empty: looked at, and not certain enough.
    language: Mapped[str | None] = mapped_column(String(LANGUAGE_LENGTH))

    author: Mapped[User] = relationship(lazy="raise", innerjoin=True)
