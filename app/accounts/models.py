"""An account, and who follows whom."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ..core.columns import counted_text, sorted_text
from ..core.database import Model
from ..core.names import name_key
from ..core.time import UTCDateTime, utc_now
from ..search.folding import fold

USERNAME_LENGTH = 64
EMAIL_LENGTH = 120
ABOUT_LENGTH = 140
LANGUAGE_LENGTH = 8
TIME_ZONE_LENGTH = 64
STATUS_LENGTH = 16
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256
# Letters of a name without case and accents; some become several.
FOLDED_LENGTH = 128
# Whoever is not active gets in nowhere: waiting for approval, suspended, or leaving (being deleted, piece by piece).
ACTIVE, WAITING, SUSPENDED, LEAVING = "active", "waiting", "suspended", "leaving"
# These are seen by administrators alone.
HIDDEN = (WAITING, LEAVING)


def new_session_key() -> str:
    """A value that ties log-ins and tokens to an account; changing it ends them all."""
    return token_hex(16)


def name_columns(name: str) -> dict[str, str]:
    """Return the columns that hold a name: as it is shown, compared, and found by people who type no accents."""
    return {"username": name, "username_key": name_key(name), "username_folded": fold(name)[:FOLDED_LENGTH]}


class User(UserMixin, Model):  # type: ignore[misc]  # the library's class is untyped
    """An account. `username_key` and `email_key` are the forms that must be unique; `name_columns` makes the names.

    Where an address was given that somebody else has, and nobody is to find that out, `email_key` is no address.
    """

    __tablename__ = "user"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'waiting', 'suspended', 'leaving')", name="known_status"),
        Index("ix_user_status", "status"),
        # All that the search for people reads.
        Index("ix_user_username_folded", "username_folded", "username_key", "status"),
        # The number of a deleted account must never come to mean another one.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(USERNAME_LENGTH))
    username_key: Mapped[str] = mapped_column(sorted_text(USERNAME_LENGTH), unique=True)
    username_folded: Mapped[str] = mapped_column(sorted_text(FOLDED_LENGTH), default="", server_default="")
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    email_key: Mapped[str] = mapped_column(String(EMAIL_LENGTH), unique=True)
    password_hash: Mapped[str] = mapped_column(String(256))
    session_key: Mapped[str] = mapped_column(String(32), default=new_session_key)
    is_admin: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(STATUS_LENGTH), default=ACTIVE, server_default=ACTIVE)
    about_me: Mapped[str] = mapped_column(counted_text(ABOUT_LENGTH), default="")
    # None: whatever the browser asks for, and what the settings say.
    language: Mapped[str | None] = mapped_column(String(LANGUAGE_LENGTH))
    time_zone: Mapped[str | None] = mapped_column(String(TIME_ZONE_LENGTH))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    last_seen: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    # Numbers that pages show, kept with what they count: counting takes long for whoever is followed by many.
    follower_count: Mapped[int] = mapped_column(default=0, server_default="0")
    following_count: Mapped[int] = mapped_column(default=0, server_default="0")
    # So many posts whose number is at most `counted_up_to`; the newer ones, which are few, are counted when asked for.
    counted_posts: Mapped[int] = mapped_column(default=0, server_default="0")
    counted_up_to: Mapped[int] = mapped_column(default=0, server_default="0")

    # What the cookie of a log-in that is just beginning is to hold; no column.
    session_token = ""

    @property
    def is_hidden(self) -> bool:
        """Whether administrators alone see this account."""
        return self.status in HIDDEN

    @property
    def is_active(self) -> bool:
        """Whether this account may get in; Flask-Login asks for it by this name."""
        return self.status == ACTIVE

    def get_id(self) -> str:
        """What the session cookie holds."""
        return self.session_token


class Follow(Model):
    """`follower` sees the posts of `followed` at home."""

    __tablename__ = "follow"
    __table_args__ = (
        CheckConstraint("follower_id <> followed_id", name="not_oneself"),
        Index("ix_follow_followed_id", "followed_id"),
    )

    follower_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    followed_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
