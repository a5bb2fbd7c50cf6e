"""The rules of tokens."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_hex

from sqlalchemy import delete, select

from ..accounts.models import User
from ..core.database import changed_rows, db
from ..core.room import give_up_ballast
from ..core.secrets import hash_of
from ..core.text import clean
from ..core.time import utc_now
from .models import NAME_LENGTH, Token

# What a program gets for a name and a password; upstream's span.
LOG_IN_LIFETIME = timedelta(hours=1)
MOST_TOKENS = 50


def checked_name(name: str) -> str:
    """What a token is called, as it will be stored; raises Invalid."""
    return clean(name, "name", NAME_LENGTH)


def create_token(user: User, name: str, lifetime: timedelta | None = None) -> str:
    """A new token, told this once; good for `lifetime`, or until it is revoked. Old ones beyond MOST_TOKENS go."""
    _make_room(user)
    token = token_hex(16)
    expires_at = utc_now() + lifetime if lifetime else None
    db.session.add(
        Token(
            user_id=user.id,
            name=checked_name(name),
            token_hash=hash_of(token),
            session_key=user.session_key,
            expires_at=expires_at,
        )
    )
    return token


def revoke(token: Token) -> None:
    """Make a token worthless at once; also on a full disk."""
    give_up_ballast()
    db.session.delete(token)


def revoke_all(user_id: int) -> int:
    """Revoke every token of an account, also on a full disk; return how many rows there were."""
    give_up_ballast()
    return changed_rows(db.session.execute(delete(Token).where(Token.user_id == user_id)))


def _make_room(user: User) -> None:
    """Remove what is no longer good, and the oldest beyond the number that one account may have."""
    own = Token.user_id == user.id
    db.session.execute(delete(Token).where(own, Token.expires_at < utc_now()))
    db.session.execute(delete(Token).where(own, Token.session_key != user.session_key))
    kept = select(Token.id).where(own).order_by(Token.id.desc()).limit(MOST_TOKENS - 1)
    db.session.execute(delete(Token).where(own, Token.id.not_in(list(db.session.scalars(kept)))))
