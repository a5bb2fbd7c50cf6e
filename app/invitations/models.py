"""An invitation, who came by it, and accounts that wait for their address to be confirmed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import EMAIL_LENGTH, USERNAME_LENGTH, User
from ..accounts.passwords import HASH_LENGTH
from ..core.columns import counted_text
from ..core.database import Model
from ..core.time import UTCDateTime, utc_now

NOTE_LENGTH = 100


class Invitation(Model):
    """What lets people make accounts by a link, of which only the hash is stored; `uses_left` is never below zero."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("uses_left BETWEEN 0 AND uses", name="uses_left"),
        Index("ix_invitation_created_by_id", "created_by_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    note: Mapped[str] = mapped_column(counted_text(NOTE_LENGTH), default="")
    uses: Mapped[int]
    uses_left: Mapped[int]
    # None: good until it is used up or revoked.
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # None: made in the shell.
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    # The `session_key` of that account when it made the invitation; empty: made in the shell.
    creator_key: Mapped[str] = mapped_column(String(32), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)

    created_by: Mapped[User | None] = relationship(lazy="raise")

    @property
    def is_expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= utc_now()

    @property
    def is_void(self) -> bool:
        """Whether the account that made it may no longer invite, or its credentials have ended since.

        Needs `created_by` to be loaded.
        """
        if self.created_by_id is None:
            return False
        creator = self.created_by
        if creator is None or not creator.is_active or not creator.is_admin:
            return True
        return creator.session_key != self.creator_key

    @property
    def is_good(self) -> bool:
        """Whether somebody can still come by it. Needs `created_by` to be loaded."""
        return self.uses_left > 0 and self.revoked_at is None and not self.is_expired and not self.is_void


class Registration(Model):
    """An account that somebody wants to have, until the link in the letter to the address is opened.

    The same row is made whether or not that address has an account: the worker finds out, so that nobody else can.
    """

    __tablename__ = "registration"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(USERNAME_LENGTH))
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    password_hash: Mapped[str] = mapped_column(String(HASH_LENGTH))
    # None: no letter with a link has been written yet.
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class Admission(Model):
    """By which invitation an account was made; there is no row for accounts that were made otherwise."""

    __tablename__ = "admission"
    __table_args__ = (Index("ix_admission_invitation_id", "invitation_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"))
