"""Reading accounts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from ..core.database import db
from ..core.errors import NotFound
from ..core.names import name_key
from ..core.paging import LARGEST_ID
from ..search.folding import fold
from .models import HIDDEN, Follow, User

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
    """The account of that name, regardless of case and normal form."""
    key = name_key(username)
    return db.session.scalar(select(User).where(User.username_key == key)) if key else None


def is_seen() -> ColumnElement[bool]:
    """Return the condition for accounts that everybody sees; every list of people that is for members has it."""
    return User.status.not_in(HIDDEN)


def get_user(username: str) -> User:
    """The account of that name as others see it; raises NotFound, also while it is hidden."""
    user = get_account(username)
    if user.is_hidden:
        raise NotFound
    return user


def get_account(username: str) -> User:
    """The account of that name, whatever its status; raises NotFound."""
    user = find_user(username)
    if user is None:
        raise NotFound
    return user


def get_user_by_id(user_id: int) -> User:
    """The account with that id as others see it; raises NotFound, also while it is hidden."""
    user = db.session.get(User, user_id) if user_id <= LARGEST_ID else None
    if user is None or user.is_hidden:
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
    """The ids of the accounts that these names are of, by the names as given; "me" is the id `me`."""
    keys = {name: name_key(name) for name in names}
    wanted = {key for key in keys.values() if key}
    statement = select(User.username_key, User.id).where(User.username_key.in_(wanted), is_seen())
    numbers: dict[str, int] = dict(db.session.execute(statement).all()) if wanted else {}
    if me is not None:
        numbers["me"] = me
    return {name: numbers[key] for name, key in keys.items() if key in numbers}


def named_like(parts: Iterable[str], limit: int) -> list[User]:
    """Accounts whose names hold one of these pieces, regardless of accents, those that begin with one first."""
    pieces = [piece for part in parts for piece in _pieces(part)]
    if not pieces:
        return []
    begins = or_(*(column.startswith(key, autoescape=True) for column, key in pieces))
    holds = or_(*(column.contains(key, autoescape=True) for column, key in pieces))
    order = (begins.desc(), User.username_key)
    # By numbers first, so that names are read from their index and not all accounts with all that they have.
    found = select(User.id).where(holds, is_seen()).order_by(*order).limit(limit).subquery()
    return list(db.session.scalars(select(User).join(found, found.c.id == User.id).order_by(*order)))


def _pieces(part: str) -> Iterator[tuple[InstrumentedAttribute[str], str]]:
    """The piece of a name as it is typed, which may be of signs alone, and without its accents."""
    key = name_key(part.strip().removeprefix("@"))
    for column, piece in ((User.username_key, key), (User.username_folded, fold(key))):
        if len(piece) >= SHORTEST_NAME_PART:
            yield column, piece


def all_users() -> list[User]:
    """Every account by name, for the command line."""
    return list(db.session.scalars(select(User).order_by(User.username_key)))


def standing(user: User, viewer: User) -> Standing:
    """How many follow `user`, how many it follows, and whether `viewer` follows it; one query."""
    follows = select(Follow.followed_id).where(Follow.follower_id == viewer.id, Follow.followed_id == user.id)
    is_following = db.session.scalar(follows) is not None
    return Standing(user.follower_count, user.following_count, is_following)
