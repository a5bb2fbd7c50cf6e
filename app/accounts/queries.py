"""Reading accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from ..core.database import db
from ..core.errors import NotFound
from ..core.paging import LARGEST_ID
from .models import WAITING, Follow, User

SHORTEST_NAME_PART = 2
# So many accounts with one address are written to.
MOST_WITH_ADDRESS = 5


@dataclass(frozen=True)
class Standing:
    """How an account stands to the others, and whether the viewer follows it."""

    follower_count: int
    following_count: int
    is_following: bool


def any_account() -> bool:
    """Whether somebody has set this appliance up."""
    return db.session.scalar(select(User.id).limit(1)) is not None


def find_user(username: str) -> User | None:
    """The account of that name, regardless of case."""
    return db.session.scalar(select(User).where(User.username_key == username.lower()))


def get_user(username: str) -> User:
    """The account of that name as others see it; raises NotFound, also while it waits for approval."""
    user = get_account(username)
    if user.status == WAITING:
        raise NotFound
    return user


def get_account(username: str) -> User:
    """The account of that name, whatever its status; raises NotFound."""
    user = find_user(username)
    if user is None:
        raise NotFound
    return user


def get_user_by_id(user_id: int) -> User:
    """The account with that id as others see it; raises NotFound, also while it waits for approval."""
    user = db.session.get(User, user_id) if user_id <= LARGEST_ID else None
    if user is None or user.status == WAITING:
        raise NotFound
    return user


def find_user_by_email(email: str) -> User | None:
    """The account with that address, regardless of case."""
    return db.session.scalar(select(User).where(User.email_key == email.lower()))


def users_by_email(email: str) -> list[User]:
    """All accounts that were given that address, at most a few; reads the whole table, so not for a page."""
    key = email.lower()
    given = select(User).where(or_(User.email_key == key, func.lower(User.email) == key))
    return list(db.session.scalars(given.order_by(User.id).limit(MOST_WITH_ADDRESS)))


def numbers_of(names: Iterable[str], me: int | None = None) -> dict[str, int]:
    """The ids of the accounts of these names, regardless of case; "me" is the id `me`."""
    wanted = {name.lower() for name in names}
    numbers = {"me": me} if me is not None and "me" in wanted else {}
    if others := wanted - numbers.keys():
        rows = db.session.execute(select(User.username_key, User.id).where(User.username_key.in_(others)))
        numbers |= dict(rows.all())
    return numbers


def named_like(parts: Iterable[str], limit: int) -> list[User]:
    """Accounts whose names hold one of these pieces, those that begin with one first, by name."""
    keys = [key for part in parts if len(key := part.strip().removeprefix("@").lower()) >= SHORTEST_NAME_PART]
    if not keys:
        return []
    begins = or_(*(User.username_key.startswith(key, autoescape=True) for key in keys))
    holds = or_(*(User.username_key.contains(key, autoescape=True) for key in keys))
    order = (begins.desc(), User.username_key)
    # By numbers first, so that names are read from their index and not all accounts with all that they have.
    found = select(User.id).where(holds).order_by(*order).limit(limit).subquery()
    return list(db.session.scalars(select(User).join(found, found.c.id == User.id).order_by(*order)))


def all_users() -> list[User]:
    """Every account by name, for the command line."""
    return list(db.session.scalars(select(User).order_by(User.username_key)))


def standing(user: User, viewer: User) -> Standing:
    """How many follow `user`, how many it follows, and whether `viewer` follows it; one query."""
    follows = select(Follow.followed_id).where(Follow.follower_id == viewer.id, Follow.followed_id == user.id)
    is_following = db.session.scalar(follows) is not None
    return Standing(user.follower_count, user.following_count, is_following)
