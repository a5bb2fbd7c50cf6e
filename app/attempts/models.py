"""Failures of guessing, counted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ..core.database import Model
from ..core.time import UTCDateTime


class Attempt(Model):
    """How often somebody failed lately, by a hash of what is counted: nothing of what was typed can be read from it."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_failed_at", "failed_at"),)

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    failed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Until then nothing is tried.
    closed_until: Mapped[datetime] = mapped_column(UTCDateTime)
