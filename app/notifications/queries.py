"""What is new, told from the rows themselves: nothing is written for it, and nothing can be left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..accounts.models import User
from ..messages.queries import unread


@dataclass(frozen=True)
class Notice:
    """Something that changed at `timestamp` (seconds since 1970), with upstream's names."""

    name: str
    data: int | dict[str, object]
    timestamp: float


# Where an application has its sources.
SOURCES = "microblog.notice_sources"
# Asked with an account for its notices as they stand now; a later feature brings its own.
Source = Callable[[User], Iterable[Notice]]


def unread_notices(user: User) -> list[Notice]:
    """The number of unread messages, once there ever was one."""
    state = unread(user)
    if state.changed_at is None:
        return []
    return [Notice("unread_message_count", state.count, state.changed_at.timestamp())]


def notices(sources: Iterable[Source], user: User, since: float) -> list[Notice]:
    """What changed for the user after `since`, oldest first."""
    found = [notice for source in sources for notice in source(user) if notice.timestamp > since]
    return sorted(found, key=lambda notice: notice.timestamp)
