"""Whether a name and a password belong together, for every place that asks for them."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from hashlib import sha256
from secrets import token_urlsafe

from flask import Response, current_app, request
from flask_login import current_user
from itsdangerous import BadData, URLSafeTimedSerializer

from ..accounts import service as accounts
from ..accounts.credentials import fingerprint_of, has_fingerprint
from ..accounts.models import User
from ..accounts.queries import find_user, find_user_by_email
from ..audit.service import LOG_IN_FAILED, record
from ..core.database import db, transaction
from ..core.errors import Busy, StorageFull
from ..core.names import name_key
from ..web.context import settings, visitor_address, visitor_network
from ..web.security import KNOWN_COOKIE_NAME
from . import service
from .service import ANYWHERE, HERE, NETWORK, Counted, Limit

SALT = "microblog-known-browser"
YEAR = 365 * 24 * 3600


def authenticated(username: str, password: str) -> User | None:
    """The account if the password is right; raises Forbidden, with the reason, for one that may not get in.

    Failures are counted by account and network, many raise RateLimited; the same for names that are not here.
    """
    name = name_key(username)
    # People take their address for their name. Failures are counted by what was typed, or the counters would say whose
    # address it is.
    user = find_user(name) or (find_user_by_email(name) if "@" in name else None)
    counters = password_counters(name, user)
    service.check(counters)
    user_id, known_name, stored = (user.id, user.username, user.password_hash) if user else (None, "", "")
    if not accounts.authenticate(user, password):
        note_failure(LOG_IN_FAILED, known_name, counters)
        return None
    forget_failures(counters[:1])
    user = db.session.get(User, user_id)
    if user is not None and user.password_hash != stored:
        # It was changed while the old one was checked.
        return None
    if user is not None:
        accounts.refuse_unless_active(user)
    return user


def password_counters(name: str, user: User | None) -> list[Counted]:
    """What a wrong password of that account counts against; first what the right one makes good."""
    if known := _known_browser(user):
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


def refuse_too_many_emails() -> None:
    """Raise RateLimited for a visitor who asked for too many e-mails, before any work is done for another one."""
    service.check(service.email_senders(settings().secret_key, visitor_address(), _visitor_id()))


def allow_email(recipient: str, kind: str) -> bool:
    """Count an e-mail that the visitor asks for, in the running transaction; return whether it may be sent.

    Raise RateLimited for a visitor who asked for too many; answer as if it was sent otherwise.
    """
    return service.allow_email(settings().secret_key, recipient, kind, visitor_address(), _visitor_id())


def _visitor_id() -> int | None:
    return current_user.id if current_user.is_authenticated else None


def remember_browser(response: Response, user: User) -> None:
    """Mark this browser as one in which that account has logged in, so that failures of others do not delay it.

    The mark expires after a year, and ends with the other credentials of the account.
    """
    if is_known_browser(user):
        return
    value = _serializer().dumps([user.id, token_urlsafe(12), fingerprint_of(user)])
    response.set_cookie(_cookie_name(), value, max_age=YEAR, secure=settings().https, httponly=True, samesite="Lax")


def is_known_browser(user: User) -> bool:
    """Whether that account has logged in with this browser before, by the mark that it was given then."""
    return bool(_number_in_cookie(user))


def _known_browser(user: User | None) -> str:
    """What a known browser is told by, empty if it is not known for this account."""
    if user is not None and current_user and current_user.is_authenticated and current_user.id == user.id:
        return f"logged in {user.id}"
    return _number_in_cookie(user)


def _number_in_cookie(user: User | None) -> str:
    try:
        cookie = request.cookies.get(_cookie_name(), "")
        user_id, number, fingerprint = _serializer().loads(cookie, max_age=YEAR)
    except (BadData, ValueError, TypeError):
        return ""
    good = user is not None and user.id == user_id and has_fingerprint(user, fingerprint)
    return str(number) if good else ""


def _cookie_name() -> str:
    return str(current_app.config[KNOWN_COOKIE_NAME])


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt=SALT, signer_kwargs={"digest_method": sha256})


def _counted(limit: Limit, *parts: str) -> Counted:
    return service.counted(settings().secret_key, limit, *parts)
