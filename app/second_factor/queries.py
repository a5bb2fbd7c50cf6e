"""Reading second factors."""

from __future__ import annotations

from sqlalchemy import func, select

from ..core.database import db
from .models import RecoveryCode, SecondFactor


def has_second_factor(user_id: int) -> bool:
    """Whether this account asks for a code."""
    return db.session.get(SecondFactor, user_id) is not None


def count_codes(user_id: int) -> int:
    """How many recovery codes are left."""
    return db.session.scalar(select(func.count()).where(RecoveryCode.user_id == user_id)) or 0
