"""Reading tokens."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import contains_eager

from ..accounts.models import ACTIVE, User
from ..core.database import db
from ..core.errors import NotFound
from ..core.paging import LARGEST_ID
from ..core.secrets import hash_of
from ..core.time import utc_now
from .models import Token


def _good() -> Select[Token]:
    return (
        select(Token)
        .join(Token.user)
        .options(contains_eager(Token.user))
        .where(Token.session_key == User.session_key, User.status == ACTIVE)
        .where(or_(Token.expires_at.is_(None), Token.expires_at > bindparam("now")))
    )


@cache
def _by_hash() -> Select[Token]:
    # Built once, as every call asks: building it takes twice as long as asking.
    return _good().where(Token.token_hash == bindparam("token_hash"))


def find_token(token: str) -> Token | None:
    """The row of a token that is good now, with its account."""
    return db.session.scalar(_by_hash(), {"token_hash": hash_of(token), "now": utc_now()})


def tokens_of(user: User) -> list[Token]:
    """The good tokens of an account, newest first."""
    statement = _good().where(Token.user_id == user.id).order_by(Token.id.desc())
    return list(db.session.scalars(statement, {"now": utc_now()}))


def get_own(user: User, token_id: int) -> Token:
    """A token of this account; raises NotFound, also for somebody else's."""
    token = db.session.get(Token, token_id) if token_id <= LARGEST_ID else None
    if token is None or token.user_id != user.id:
        raise NotFound
    return token
