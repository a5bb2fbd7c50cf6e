"""Reading what happened."""

from __future__ import annotations

from sqlalchemy import select

from ..core.database import db
from ..core.paging import Page, Position, newest_first
from .models import Event


def events(position: Position, size: int) -> Page[Event]:
    """What happened, newest first."""
    return newest_first(db.session(), select(Event), Event.id, position, size)
