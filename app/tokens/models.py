"""A token of the API."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..core.columns import counted_text
from ..core.database import Model
from ..core.time import UTCDateTime, utc_now

NAME_LENGTH = 64


class Token(Model):
    """What lets a program act for an account; only its hash is stored, and a new password of the account voids it."""

    __tablename__ = "token"
    __table_args__ = (Index("ix_token_user_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(counted_text(NAME_LENGTH))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # That of the account when it was made: they differ once the account has another password.
    session_key: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    # None: good until it is revoked.
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship(lazy="raise", innerjoin=True)
