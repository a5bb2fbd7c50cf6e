"""Tokens by way of the API, and the guard of everything else in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from flask import Blueprint, g, jsonify, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from ..accounts.models import User
from ..accounts.routes import authenticated
from ..audit.service import LOGGED_IN, record
from ..core.database import transaction
from ..web.context import visitor_address
from . import queries, service

blueprint = Blueprint("tokens_api", __name__, url_prefix="/api/tokens")
NAME = "API"

View = Callable[..., Any]


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

    return guarded


def caller() -> User:
    """The account that the shown token is for."""
    return cast(User, g.api_user)


@blueprint.post("")
def create() -> Response:
    """A token for a name and a password (HTTP Basic), good for an hour."""
    shown = request.authorization
    user = None
    if shown and shown.type == "basic":
        user = authenticated(shown.username or "", shown.password or "")
    if user is None:
        raise Unauthorized(www_authenticate=WWWAuthenticate("basic", {"realm": "Microblog"}))
    with transaction():
        token = service.create_token(user, NAME, service.LOG_IN_LIFETIME)
        record(LOGGED_IN, subject=user.username, address=visitor_address())
    return jsonify(token=token)


@blueprint.delete("")
@token_required
def revoke() -> tuple[str, int]:
    """Revoke the token that is shown."""
    with transaction() as session:
        token = session.merge(g.api_token)
        service.revoke(token)
    return "", HTTPStatus.NO_CONTENT
