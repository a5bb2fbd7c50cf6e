"""Whether a name and a password belong together, for every place that asks for them."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from secrets import token_urlsafe

from flask import Response, current_app, request
from flask_login import current_user
from itsdangerous import BadData, URLSafeSerializer

from ..accounts import service as accounts
from ..accounts.models import User
from ..accounts.queries import find_user
from ..audit.service import LOG_IN_FAILED, record
from ..core.database import db, transaction
from ..core.errors import Busy, StorageFull
from ..web.context import settings, visitor_address, visitor_network
from . import service
from .service import ANYWHERE, HERE, NETWORK, Counted, Limit

SALT = "microblog-known-browser"
YEAR = 365 * 24 * 3600


def authenticated(username: str, password: str) -> User | None:
    """The account if the password is right; raises Forbidden, with the reason, for one that may not get in.

    Failures are counted by account and network, many raise RateLimited; the same for names that are not here.
    """
    name = username.strip().lower()
    counters = password_counters(name)
    service.check(counters)
    user = find_user(name)
    user_id, known_name = (user.id, user.username) if user else (None, "")
    if not accounts.authenticate(user, password):
        note_failure(LOG_IN_FAILED, known_name, counters)
        return None
    forget_failures(counters[:1])
    user = db.session.get(User, user_id)
    if user is not None:
        accounts.refuse_unless_active(user)
    return user


def password_counters(name: str) -> list[Counted]:
    """What a wrong password of that account counts against; first what the right one makes good."""
    if known := _known_browser(name):
        return [_counted(HERE, "known", name, known)]
    network = visitor_network()
    return [
        _counted(HERE, "here", name, network),
        _counted(ANYWHERE, "anywhere", name),
        _counted(NETWORK, "network", network),
    ]


def note_failure(kind: str, username: str, counters: Sequence[Counted]) -> None:
    """Note and count that somebody failed."""
    with contextlib.suppress(Busy, StorageFull), transaction():
        service.note_failure(counters)
        record(kind, subject=username, address=visitor_address())


def forget_failures(counters: Sequence[Counted]) -> None:
    """What counted against somebody no longer does; writes only if there is something."""
    if service.any_failures(counters):
        with contextlib.suppress(Busy, StorageFull), transaction():
            service.forget_failures(counters)


def remember_browser(response: Response, username: str) -> None:
    """Let this browser be known as one in which that person has logged in: what others fail does not delay it."""
    if _number_in_cookie(username.lower()):
        return
    value = _serializer().dumps([username.lower(), token_urlsafe(12)])
    response.set_cookie(_cookie_name(), value, max_age=YEAR, secure=settings().https, httponly=True, samesite="Lax")


def is_known_browser(username: str) -> bool:
    """Whether that person has logged in with this browser before, by the mark that it was given then."""
    return bool(_number_in_cookie(username.lower()))


def _known_browser(name: str) -> str:
    """What a known browser is told by, empty if it is not known for this account."""
    if current_user and current_user.is_authenticated and current_user.username.lower() == name:
        return f"logged in {current_user.id}"
    return _number_in_cookie(name)


def _number_in_cookie(name: str) -> str:
    try:
        known_name, number = _serializer().loads(request.cookies.get(_cookie_name(), ""))
    except (BadData, ValueError, TypeError):
        return ""
    return str(number) if known_name == name else ""


def _cookie_name() -> str:
    return str(current_app.config["SESSION_COOKIE_NAME"]).replace("session", "known")


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt=SALT)


def _counted(limit: Limit, *parts: str) -> Counted:
    return service.counted(settings().secret_key, limit, *parts)
