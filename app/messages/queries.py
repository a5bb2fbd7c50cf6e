"""Reading messages: received, sent, between two people, and how many are unread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from ..accounts.models import User
from ..core.database import db
from ..core.errors import NotFound
from ..core.paging import LARGEST_ID, Page, Position, newest_first
from .models import Inbox, Message

# Beyond this a number of unread messages says no more, and counting them all might take long.
MOST_COUNTED = 100


@dataclass(frozen=True)
class Unread:
    """How many messages are unread (at most MOST_COUNTED), and when that last changed, None if it never did."""

    count: int
    changed_at: datetime | None


def _with_people() -> Select[Message]:
    return select(Message).options(joinedload(Message.sender), joinedload(Message.recipient))


def received(user: User, position: Position, size: int) -> Page[Message]:
    """What others wrote to the user."""
    statement = _with_people().where(Message.recipient_id == user.id)
    return newest_first(db.session(), statement, Message.id, position, size)


def sent(user: User, position: Position, size: int) -> Page[Message]:
    """What the user wrote to others."""
    statement = _with_people().where(Message.sender_id == user.id)
    return newest_first(db.session(), statement, Message.id, position, size)


def between(user: User, other: User, position: Position, size: int) -> Page[Message]:
    """What two people wrote to each other."""
    to_other = and_(Message.sender_id == user.id, Message.recipient_id == other.id)
    to_user = and_(Message.sender_id == other.id, Message.recipient_id == user.id)
    return newest_first(db.session(), _with_people().where(or_(to_other, to_user)), Message.id, position, size)


def get_own(user: User, message_id: int) -> Message:
    """A message that the user wrote or received; raises NotFound, also for other people's."""
    statement = _with_people().where(
        Message.id == message_id, or_(Message.sender_id == user.id, Message.recipient_id == user.id)
    )
    message = db.session.scalar(statement) if message_id <= LARGEST_ID else None
    if message is None:
        raise NotFound
    return message


def read_up_to(user: User) -> int:
    """The id of the newest message that the user has seen."""
    return db.session.scalar(select(Inbox.read_up_to).where(Inbox.user_id == user.id)) or 0


def newest_received(user: User) -> int:
    """The id of the newest message to the user, 0 if there is none."""
    return db.session.scalar(select(func.max(Message.id)).where(Message.recipient_id == user.id)) or 0


def _unread_count(user: User) -> Select[int]:
    seen = select(Inbox.read_up_to).where(Inbox.user_id == user.id).scalar_subquery()
    unread = (
        select(Message.id)
        .where(Message.recipient_id == user.id, Message.id > func.coalesce(seen, 0))
        .limit(MOST_COUNTED)
        .subquery()
    )
    return select(func.count()).select_from(unread)


def count_unread(user: User) -> int:
    """How many messages to the user are unread, at most MOST_COUNTED; one query."""
    return db.session.scalar(_unread_count(user)) or 0


def unread(user: User) -> Unread:
    """The number of unread messages, with the moment of its last change; one query."""
    read_at = select(Inbox.read_at).where(Inbox.user_id == user.id)
    newest = select(Message.created_at).where(Message.recipient_id == user.id).order_by(Message.id.desc()).limit(1)
    parts = (_unread_count(user), read_at, newest)
    count, *moments = db.session.execute(select(*(part.scalar_subquery() for part in parts))).one()
    return Unread(count, max((moment for moment in moments if moment is not None), default=None))
