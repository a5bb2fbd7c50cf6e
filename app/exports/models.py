"""An export of what somebody has written."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ..core.database import Model
from ..core.time import UTCDateTime, utc_now

DONE = 100
KEPT = timedelta(days=7)


class Export(Model):
    """A file that was asked for; `progress` is DONE only once the file is whole and on the disk."""

    __tablename__ = "export"
    __table_args__ = (Index("ix_export_user_id", "user_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    progress: Mapped[int] = mapped_column(default=0)
    # It went wrong; the worker tries again for a while.
    failed: Mapped[bool] = mapped_column(default=False)
    file: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now, onupdate=utc_now)

    @property
    def is_ready(self) -> bool:
        """Whether the file is there to be fetched."""
        return self.file is not None and self.progress == DONE
