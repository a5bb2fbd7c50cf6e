"""An e-mail address that waits to be confirmed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ..accounts.models import EMAIL_LENGTH
from ..core.database import Model
from ..core.time import UTCDateTime, utc_now


class EmailChange(Model):
    """The address that an account is to have once the link in the letter to it is opened; one per account."""

    __tablename__ = "email_change"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # That of the account when it was asked for: they differ once its credentials have ended.
    session_key: Mapped[str] = mapped_column(String(32), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
