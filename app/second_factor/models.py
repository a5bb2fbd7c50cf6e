"""A second factor of an account, and the codes for when its device is lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ..core.database import Model
from ..core.time import UTCDateTime, utc_now


class SecondFactor(Model):
    """That an account asks for a code. Of the secret only a part is here: the rest is the server's key."""

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    seed: Mapped[str] = mapped_column(String(32))
    # The half minute of the last code that was taken: no code is good twice.
    last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class RecoveryCode(Model):
    """A code that is good once in place of the device's; the row goes when it is used."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index("ix_recovery_code_user_id", "user_id"),)

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
