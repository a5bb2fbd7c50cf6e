"""Small facts about the appliance itself, by name."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .database import Model

NAME_LENGTH = 64


class Fact(Model):
    """One named fact, such as the version that wrote the schema or the one-time set-up code."""

    __tablename__ = "fact"

    name: Mapped[str] = mapped_column(String(NAME_LENGTH), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
