"""Whether a name and a password belong together, for every place that asks for them."""

from __future__ import annotations

import contextlib

from flask import Flask, current_app

from ..accounts import service
from ..accounts.models import User
from ..accounts.queries import find_user
from ..audit.service import LOG_IN_FAILED, record
from ..core.database import db, transaction
from ..core.errors import Busy, StorageFull
from ..web.context import visitor_address
from ..web.throttle import Throttle

FAILED_LOGINS = "microblog.failed_logins"
MOST_FAILURES = 10
FAILURE_SECONDS = 300


def init_attempts(app: Flask) -> None:
    """Count failures per visitor's address."""
    app.extensions[FAILED_LOGINS] = Throttle(MOST_FAILURES, FAILURE_SECONDS)


def authenticated(username: str, password: str) -> User | None:
    """The account if the password is right; raises Forbidden, with the reason, for one that may not get in.

    Failures are counted per visitor's address, many raise RateLimited.
    """
    throttle: Throttle = current_app.extensions[FAILED_LOGINS]
    throttle.check(visitor_address())
    user = find_user(username.strip())
    user_id, name = (user.id, user.username) if user else (None, "")
    if not service.authenticate(user, password):
        throttle.failed(visitor_address())
        note(LOG_IN_FAILED, name)
        return None
    throttle.succeeded(visitor_address())
    user = db.session.get(User, user_id)
    if user is not None:
        service.refuse_unless_active(user)
    return user


def note(kind: str, username: str) -> None:
    """Note what happened to an account, in a transaction of its own; a full disk keeps nobody out."""
    with contextlib.suppress(Busy, StorageFull), transaction():
        record(kind, subject=username, address=visitor_address())
