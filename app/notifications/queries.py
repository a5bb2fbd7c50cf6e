"""What is new, told from the rows themselves: nothing is written for it, and nothing can be left behind."""

from __future__ import annotations

from dataclasses import dataclass

from ..accounts.models import User
from ..messages.queries import unread


@dataclass(frozen=True)
class Notice:
    """Something that changed at `timestamp` (seconds since 1970), with upstream's names."""

    name: str
    data: int
    timestamp: float


def notices(user: User, since: float) -> list[Notice]:
    """What changed for the user after `since`, oldest first."""
    state = unread(user)
    if state.changed_at is None:
        return []
    all_of_them = [Notice("unread_message_count", state.count, state.changed_at.timestamp())]
    return [notice for notice in all_of_them if notice.timestamp > since]
