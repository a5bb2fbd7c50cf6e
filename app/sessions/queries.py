"""Reading log-ins."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import contains_eager

from ..accounts.models import ACTIVE, User
from ..core.database import db
from ..core.errors import NotFound
from ..core.paging import LARGEST_ID
from ..core.secrets import hash_of
from ..core.time import utc_now
from .models import BrowserSession


def _good() -> Select[BrowserSession]:
    return (
        select(BrowserSession)
        .join(BrowserSession.user)
        .options(contains_eager(BrowserSession.user))
        .where(BrowserSession.session_key == User.session_key, User.status == ACTIVE)
        .where(BrowserSession.expires_at > bindparam("now"))
    )


@cache
def _by_token() -> Select[BrowserSession]:
    # Built once, as every page asks: building it takes twice as long as asking.
    return _good().where(BrowserSession.token_hash == bindparam("token_hash"))


def find_session(token: str) -> BrowserSession | None:
    """The log-in that a cookie speaks for, with its account; None once it has ended. One query."""
    return db.session.scalar(_by_token(), {"token_hash": hash_of(token), "now": utc_now()})


def sessions_of(user_id: int) -> list[BrowserSession]:
    """Where an account is logged in, what was used last first."""
    order = (BrowserSession.last_used_at.desc(), BrowserSession.id.desc())
    statement = _good().where(BrowserSession.user_id == user_id).order_by(*order)
    return list(db.session.scalars(statement, {"now": utc_now()}))


def get_own(user_id: int, session_id: int) -> BrowserSession:
    """A log-in of this account; raises NotFound, also for somebody else's."""
    found = db.session.get(BrowserSession, session_id) if session_id <= LARGEST_ID else None
    if found is None or found.user_id != user_id:
        raise NotFound
    return found
