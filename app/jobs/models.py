"""A job: something the worker still has to do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..core.database import Model
from ..core.time import UTCDateTime, utc_now

KIND_LENGTH = 64


class Job(Model):
    """One row per piece of work; a finished one is removed, one that failed for good stays with its error.

    `due` is when the worker must take it: now for new work, or a little later for such as is done together with other
    work of its kind; the end of the lease while a worker has it, the end of the pause after a failure. So a job whose
    worker died comes due again by itself. NULL: given up,
    which happens at the latest at `expires_at`. There is no index: the table is nearly empty, and every index would be
    one more page written per post.
    """

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(KIND_LENGTH))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    due: Mapped[datetime | None] = mapped_column(UTCDateTime, default=utc_now)
    attempts: Mapped[int] = mapped_column(default=0)
    # How often a worker ended in the middle of it; such a job has no error.
    interruptions: Mapped[int] = mapped_column(default=0, server_default="0")
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
