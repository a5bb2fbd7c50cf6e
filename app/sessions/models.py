"""A browser that is logged in, and from where somebody has logged in before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..core.database import Model
from ..core.time import UTCDateTime, utc_now

NAME_LENGTH = 32
ADDRESS_LENGTH = 45


class BrowserSession(Model):
    """A log-in of a browser, whose cookie holds a token of which only the hash is stored.

    A new password of the account voids it, as it does tokens.
    """

    __tablename__ = "browser_session"
    __table_args__ = (Index("ix_browser_session_user_id", "user_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # That of the account when it began: they differ once the account has another password.
    session_key: Mapped[str] = mapped_column(String(32))
    # Empty: not known.
    browser: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    system: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), default="")
    remembered: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    last_used_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship(lazy="raise", innerjoin=True)


class Device(Model):
    """A kind of browser in a network from which an account has logged in; outlives its log-ins, to tell what is new."""

    __tablename__ = "device"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    browser: Mapped[str] = mapped_column(String(NAME_LENGTH), primary_key=True)
    system: Mapped[str] = mapped_column(String(NAME_LENGTH), primary_key=True)
    network: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), primary_key=True)
    # That of the account at the last log-in from there; once they differ, the device counts as new again.
    session_key: Mapped[str] = mapped_column(String(32), default="", server_default="")
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
