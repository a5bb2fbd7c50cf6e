"""Something that happened to an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ..core.database import Model
from ..core.time import UTCDateTime, utc_now

KIND_LENGTH = 32
NAME_LENGTH = 64
ADDRESS_LENGTH = 45


class Event(Model):
    """What happened, by whom, to whom, from where. Names as they were then: accounts may be renamed or deleted."""

    __tablename__ = "event"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(KIND_LENGTH))
    # Empty: the shell, or a visitor who is not logged in.
    actor: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    # Empty: nobody else, or a name that is not here.
    subject: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    # Empty: the shell.
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
