"""The rules of preferences."""

from __future__ import annotations

from ..accounts.models import User


def save_preferences(user: User, language: str, time_zone: str) -> None:
    """Note the language and the time zone that somebody chose; an empty text stands for none."""
    user.language, user.time_zone = language or None, time_zone or None
