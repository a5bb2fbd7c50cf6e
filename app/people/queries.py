"""Reading accounts together with their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from ..accounts.models import Follow, User
from ..accounts.queries import is_seen
from ..core.database import db
from ..core.errors import NotFound
from ..core.paging import LARGEST_ID, LARGEST_PAGE, START, Position
from ..posts.queries import newer_posts


@dataclass(frozen=True)
class Person:
    """An account with what it has written and whom it knows, in numbers."""

    user: User
    post_count: int

    @property
    def follower_count(self) -> int:
        """How many follow it."""
        return self.user.follower_count

    @property
    def following_count(self) -> int:
        """How many it follows."""
        return self.user.following_count


def everybody() -> Select[Any]:
    """All accounts that everybody sees, unordered."""
    return select(User).where(is_seen())


def followers_of(user_id: int) -> Select[Any]:
    """The accounts that follow this one."""
    return select(User).join(Follow, Follow.follower_id == User.id).where(Follow.followed_id == user_id, is_seen())


def followed_by(user_id: int) -> Select[Any]:
    """The accounts that this one follows."""
    return select(User).join(Follow, Follow.followed_id == User.id).where(Follow.follower_id == user_id, is_seen())


def page_of_people(statement: Select[Any], position: Position, size: int) -> list[Person]:
    """Return up to `size + 1` accounts from a position on, the oldest first; before a key the ones next to it.

    With their numbers, in one query.
    """
    counted = statement.add_columns(User.counted_posts + newer_posts()).limit(size + 1)
    if position.before is not None:
        rows = counted.where(User.id < position.before).order_by(User.id.desc())
    elif position.after is not None:
        rows = counted.where(User.id > position.after).order_by(User.id)
    elif position.number > LARGEST_PAGE:
        return []
    else:
        rows = counted.order_by(User.id).offset((position.number - 1) * size)
    people = [Person(user, posts) for user, posts in db.session.execute(rows)]
    return people[::-1] if position.before is not None else people


def get_person(user_id: int, *, waiting: bool = False) -> Person:
    """One account with its numbers; raises NotFound, also for a hidden one unless `waiting`."""
    statement = select(User) if waiting else everybody()
    if user_id > LARGEST_ID or not (found := page_of_people(statement.where(User.id == user_id), START, 1)):
        raise NotFound
    return found[0]


def count_everybody() -> int:
    """How many accounts `everybody` has."""
    # All of them less a few: a database counts whole tables without looking at each row's status.
    everyone = select(func.count()).select_from(User).scalar_subquery()
    hidden = select(func.count()).where(~is_seen()).scalar_subquery()
    return db.session.scalar(select(everyone - hidden)) or 0
