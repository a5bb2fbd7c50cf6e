"""A translation that was made."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ..core.columns import LONG_TEXT
from ..core.database import Model

TARGET_LENGTH = 8
TRANSLATOR_LENGTH = 40


class Translation(Model):
    """A post in another language, kept so that nobody is asked twice; goes with the post."""

    __tablename__ = "translation"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(TARGET_LENGTH), primary_key=True)
    text: Mapped[str] = mapped_column(LONG_TEXT)
    # Who made it: another service may be set later.
    translator: Mapped[str] = mapped_column(String(TRANSLATOR_LENGTH))
