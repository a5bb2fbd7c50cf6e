"""Reading messages: received, sent, between two people, and how many are unread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from sqlalchemy import BindParameter, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import joinedload

from ..accounts.models import User
from ..accounts.queries import numbers_of
from ..core.database import db
from ..core.errors import NotFound
from ..core.paging import LARGEST_ID, Page, Position, newest_first
from ..search import finding
from ..search.fallback import MOST_ROWS, Columns, condition
from ..search.finding import Found, Place
from ..search.interface import Document, SearchIndex
from ..search.pinned import Pinned
from ..search.query import Query
from .models import Inbox, Message

KIND = "message"
CHUNK = 500
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


@cache
def _unread_count() -> Select[int]:
    # Built once, as every page asks: building it takes four times as long as asking.
    user_id: BindParameter[int] = bindparam("user_id")
    seen = select(Inbox.read_up_to).where(Inbox.user_id == user_id).scalar_subquery()
    unread = (
        select(Message.id)
        .where(Message.recipient_id == user_id, Message.id > func.coalesce(seen, 0))
        .limit(MOST_COUNTED)
        .subquery()
    )
    return select(func.count()).select_from(unread)


@cache
def _unread() -> Select[int, datetime | None, datetime | None]:
    user_id: BindParameter[int] = bindparam("user_id")
    read_at = select(Inbox.read_at).where(Inbox.user_id == user_id)
    newest = select(Message.created_at).where(Message.recipient_id == user_id).order_by(Message.id.desc()).limit(1)
    return select(*(part.scalar_subquery() for part in (_unread_count(), read_at, newest)))


def count_unread(user: User) -> int:
    """How many messages to the user are unread, at most MOST_COUNTED; one query."""
    return db.session.scalar(_unread_count(), {"user_id": user.id}) or 0


def unread(user: User) -> Unread:
    """The number of unread messages, with the moment of its last change; one query."""
    count, *moments = db.session.execute(_unread(), {"user_id": user.id}).one()
    return Unread(count, max((moment for moment in moments if moment is not None), default=None))


def _with(user: User) -> Select[Message]:
    """What the user wrote or received: nobody else's messages leave the database for them."""
    return _with_people().where(or_(Message.sender_id == user.id, Message.recipient_id == user.id))


def find(
    index: SearchIndex,
    query: Query,
    position: Position,
    size: int,
    *,
    viewer: User,
    newest: bool = False,
    pinned: Pinned | None = None,
) -> Found[Message]:
    """Return a page of the viewer's messages that the query asks for; never an error, never anybody else's."""
    query = query.resolved(numbers_of(query.names(), viewer.id))
    place = Place(KIND, viewer.id, documents, partial(by_ids, viewer), partial(without_index, viewer))
    return finding.find(index, place, query, position, size, newest=newest, pinned=pinned)


def by_ids(user: User, ids: Sequence[int]) -> list[Message]:
    """Messages of the user in the order of their ids as given; those that are gone are left out."""
    rows = {message.id: message for message in db.session.scalars(_with(user).where(Message.id.in_(ids)))}
    return [rows[number] for number in ids if number in rows]


def without_index(user: User, query: Query, position: Position, size: int) -> Page[Message]:
    """Return the user's messages for a query among the newest ones: for the time that the engine is away."""
    newest = db.session.scalar(select(func.max(Message.id))) or 0
    columns = Columns(Message.body, Message.sender_id, Message.created_at, Message.recipient_id)
    statement = _with(user).where(Message.id > newest - MOST_ROWS, condition(query, columns))
    return newest_first(db.session(), statement, Message.id, position, size)


def _indexed() -> Select[int, str, datetime, int, int]:
    return select(Message.id, Message.body, Message.created_at, Message.sender_id, Message.recipient_id)


def _documents(statement: Select[int, str, datetime, int, int]) -> list[Document]:
    return [
        Document(KIND, number, body, created_at, sender, parties=(sender, recipient))
        for number, body, created_at, sender, recipient in db.session.execute(statement)
    ]


def documents(ids: Sequence[int]) -> list[Document]:
    """What the search index is to know of these messages."""
    return _documents(_indexed().where(Message.id.in_(ids)))


def all_documents() -> Iterator[Document]:
    """What the search index is to know of every message, a chunk at a time so that no read stays open for long."""
    last = 0
    while chunk := _documents(_indexed().where(Message.id > last).order_by(Message.id).limit(CHUNK)):
        db.session.rollback()
        yield from chunk
        last = chunk[-1].id
    db.session.rollback()


def all_numbers() -> list[int]:
    """The ids of all messages; for checks alone."""
    return list(db.session.scalars(select(Message.id)))


def count_all() -> int:
    """How many messages there are; reads a whole index, so not for a page."""
    return db.session.scalar(select(func.count()).select_from(Message)) or 0
