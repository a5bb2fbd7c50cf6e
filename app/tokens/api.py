"""Tokens by way of the API, and the guard of everything else in it."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from flask import Blueprint, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from ..accounts.models import User
from ..attempts.guard import authenticated
from ..audit.service import LOGGED_IN, record
from ..core.database import transaction
from ..web.context import visitor_address
from ..web.operation import View, note_guard, operation
from . import queries, service
from .schemas import TokenShape

blueprint = Blueprint("tokens_api", __name__, url_prefix="/api/tokens")
NAME = "API"


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
        if user is None:
            raise Unauthorized(www_authenticate=WWWAuthenticate("basic", {"realm": "Microblog"}))
        return view(*arguments, **values, user=user)

    note_guard(guarded, "password")
    return guarded


def caller() -> User:
    """The account that the shown token is for."""
    return cast(User, g.api_user)


@blueprint.post("")
@password_required
@operation(answer=TokenShape, errors=(HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS))
def create(user: User) -> dict[str, str]:
    """A token for a name and a password (HTTP Basic), good for an hour.

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
