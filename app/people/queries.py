"""Reading accounts together with their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from ..accounts.models import WAITING, Follow, User
from ..core.database import db
from ..core.errors import NotFound
from ..core.paging import LARGEST_ID
from ..posts.models import Post


@dataclass(frozen=True)
class Person:
    """An account with what it has written and whom it knows, in numbers."""

    user: User
    post_count: int
    follower_count: int
    following_count: int


def everybody() -> Select[Any]:
    """All accounts but those that wait for approval, unordered."""
    return select(User).where(User.status != WAITING)


def followers_of(user_id: int) -> Select[Any]:
    """The accounts that follow this one."""
    return select(User).join(Follow, Follow.follower_id == User.id).where(Follow.followed_id == user_id)


def followed_by(user_id: int) -> Select[Any]:
    """The accounts that this one follows."""
    return select(User).join(Follow, Follow.followed_id == User.id).where(Follow.follower_id == user_id)


def page_of_people(statement: Select[Any], number: int, size: int) -> list[Person]:
    """Page `number` of a statement of accounts, oldest account first, with their numbers; one query."""
    posts = select(func.count()).where(Post.author_id == User.id).scalar_subquery()
    followers = select(func.count()).where(Follow.followed_id == User.id).correlate(User).scalar_subquery()
    following = select(func.count()).where(Follow.follower_id == User.id).correlate(User).scalar_subquery()
    rows = statement.add_columns(posts, followers, following).order_by(User.id).offset((number - 1) * size).limit(size)
    return [Person(*row) for row in db.session.execute(rows)]


def get_person(user_id: int, *, waiting: bool = False) -> Person:
    """One account with its numbers; raises NotFound, also for one that waits for approval unless `waiting`."""
    statement = select(User) if waiting else everybody()
    if user_id > LARGEST_ID or not (found := page_of_people(statement.where(User.id == user_id), 1, 1)):
        raise NotFound
    return found[0]


def count_of(statement: Select[Any]) -> int:
    """How many rows a statement has."""
    return db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
