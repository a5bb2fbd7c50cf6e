"""Reading accounts as administrators see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select

from ..accounts.models import ACTIVE, SUSPENDED, WAITING, User
from ..core.database import db
from ..core.errors import NotFound
from ..core.names import name_key
from ..core.paging import LARGEST_ID, Page, Position, newest_first
from ..invitations.models import Invitation
from ..invitations.queries import invitation_of
from ..messages.models import Message
from ..posts.models import Post
from ..posts.queries import count_by_author, post_counts
from ..search.folding import fold
from ..second_factor.queries import has_second_factor

ADMINISTRATORS = "administrators"
# What the list can be narrowed to, by what stands in the address.
NARROWED = {
    WAITING: User.status == WAITING,
    SUSPENDED: User.status == SUSPENDED,
    ADMINISTRATORS: User.is_admin,
}


@dataclass(frozen=True)
class Listed:
    """An account in the list, and how many posts it has written."""

    user: User
    post_count: int


@dataclass(frozen=True)
class Account:
    """One account, with what it has written and how it came here."""

    user: User
    post_count: int
    message_count: int
    invitation: Invitation | None
    has_second_factor: bool


def people(beginning: str, shown: str, position: Position, size: int) -> Page[Listed]:
    """Accounts whose name or address begins like that, narrowed to `shown`, newest account first; two queries."""
    page = newest_first(db.session(), _people(beginning, shown), User.id, position, size)
    counts = post_counts([user.id for user in page.items])
    return Page([Listed(user, counts.get(user.id, 0)) for user in page.items], page.newer, page.older)


def _people(beginning: str, shown: str) -> Select[Any]:
    statement = select(User)
    if shown in NARROWED:
        statement = statement.where(NARROWED[shown])
    if beginning:
        keys = ((User.username_key, name_key(beginning)), (User.username_folded, fold(beginning)),
                (func.lower(User.email), beginning.lower()))  # fmt: skip
        statement = statement.where(or_(*(column.startswith(key, autoescape=True) for column, key in keys if key)))
    return statement


def count_waiting() -> int:
    """How many accounts wait for approval."""
    return db.session.scalar(select(func.count()).where(User.status == WAITING)) or 0


def get_user(user_id: int) -> User:
    """The account of that number, whatever its status; raises NotFound."""
    user = db.session.get(User, user_id) if user_id <= LARGEST_ID else None
    if user is None:
        raise NotFound
    return user


def get_account(user_id: int) -> Account:
    """The same with its numbers and its invitation."""
    user = get_user(user_id)
    written = or_(Message.sender_id == user_id, Message.recipient_id == user_id)
    messages = db.session.scalar(select(func.count()).where(written)) or 0
    return Account(user, count_by_author(user), messages, invitation_of(user_id), has_second_factor(user_id))


def is_last_administrator(user: User) -> bool:
    """Whether nobody else is an administrator who can log in."""
    others = select(User.id).where(User.is_admin, User.status == ACTIVE, User.id != user.id).limit(1)
    return user.is_admin and db.session.scalar(others) is None


def some_posts(user_id: int, most: int) -> list[int]:
    """Ids of posts of an account, at most so many."""
    return list(db.session.scalars(select(Post.id).where(Post.author_id == user_id).limit(most)))


def some_messages(user_id: int, most: int) -> list[int]:
    """Ids of messages to or from an account, at most so many."""
    # One side after the other: an index serves each, and none serves both.
    sent = list(db.session.scalars(select(Message.id).where(Message.sender_id == user_id).limit(most)))
    received = select(Message.id).where(Message.recipient_id == user_id).limit(most)
    return sent or list(db.session.scalars(received))
