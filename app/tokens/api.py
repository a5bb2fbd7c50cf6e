"""Tokens by way of the API, and the guard of everything else in it."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from flask import Blueprint, g, request
from flask_babel import gettext
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from ..accounts.models import User
from ..attempts.guard import authenticated
from ..audit.service import LOGGED_IN, record
from ..core.database import transaction
from ..core.errors import mark
from ..second_factor.guard import code_is_right
from ..second_factor.queries import has_second_factor
from ..web.context import visitor_address
from ..web.operation import View, note_guard, operation
from . import queries, service
from .schemas import CODE_HEADER, SecondFactorCode, TokenShape

blueprint = Blueprint("tokens_api", __name__, url_prefix="/api/tokens")
NAME = "API"
CODE_NEEDED = mark("This account has a second factor. Send its code, which changes, as the header Second-Factor-Code.")


def token_required(view: View) -> View:
    """Let a view run for whoever shows a good token, as `caller()`; a log-in of the browser does not count here."""

    @wraps(view)
    def guarded(*arguments: Any, **values: Any) -> Any:
        shown = request.authorization
        token = queries.find_token(shown.token) if shown and shown.type == "bearer" and shown.token else None
        if token is None:
            raise Unauthorized(www_authenticate=WWWAuthenticate("bearer"))
        g.api_token, g.api_user = token, token.user
        return view(*arguments, **values)

    note_guard(guarded, "token")
    return guarded


def password_required(view: View) -> View:
    """Let a view run for whoever shows a name with its password, as `user`; failures are counted, as at the log-in."""

    @wraps(view)
    def guarded(*arguments: Any, **values: Any) -> Any:
        shown = request.authorization
        user = None
        if shown and shown.type == "basic":
            user = authenticated(shown.username or "", shown.password or "")
        challenge = WWWAuthenticate("basic", {"realm": "Microblog"})
        if user is None:
            raise Unauthorized(www_authenticate=challenge)
        if has_second_factor(user.id) and not _code_is_right(user):
            raise Unauthorized(gettext(CODE_NEEDED), www_authenticate=challenge)
        return view(*arguments, **values, user=user)

    note_guard(guarded, "password")
    return guarded


def _code_is_right(user: User) -> bool:
    code = request.headers.get(CODE_HEADER, "")
    return bool(code) and code_is_right(user, code)


def caller() -> User:
    """The account that the shown token is for."""
    return cast(User, g.api_user)


@blueprint.post("")
@password_required
@operation(headers=SecondFactorCode, answer=TokenShape, errors=(HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS))
def create(user: User, headers: dict[str, str]) -> dict[str, str]:
    """A token for a name and a password (HTTP Basic), good for an hour.

    An account with a second factor needs its code, or a recovery code, as a header too; 401 says so.
    403 for an account that waits for approval or is suspended. 429 after too many wrong passwords from one address;
    Retry-After says how many seconds to wait.
    """
    with transaction():
        token = service.create_token(user, NAME, service.LOG_IN_LIFETIME)
        record(LOGGED_IN, subject=user.username, address=visitor_address())
    return {"token": token}


@blueprint.delete("")
@token_required
@operation(status=HTTPStatus.NO_CONTENT)
def revoke() -> None:
    """Revoke the token that is shown."""
    with transaction() as session:
        service.revoke(session.merge(g.api_token))
