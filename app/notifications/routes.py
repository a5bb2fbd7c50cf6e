"""The feed that an open page asks now and then."""

from __future__ import annotations

import math
from dataclasses import asdict
from http import HTTPStatus

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from flask_login import current_user

from . import queries
from .api import blueprint as api

blueprint = Blueprint("notifications", __name__)


def init_notifications(app: Flask) -> None:
    """The feed, for pages and for programs; features that come later add to it with `add_source`."""
    app.extensions[queries.SOURCES] = [queries.unread_notices]
    app.register_blueprint(blueprint)
    app.register_blueprint(api)


def add_source(app: Flask, source: queries.Source) -> None:
    """Let the feed tell of something more."""
    app.extensions[queries.SOURCES].append(source)


@blueprint.get("/notifications")
def feed() -> Response | tuple[Response, int]:
    """What changed after `since`; 304 if the asker has that already, 401 once nobody is logged in. Writes nothing."""
    if not current_user.is_authenticated:
        return jsonify(error="Unauthorized"), HTTPStatus.UNAUTHORIZED
    found = queries.notices(current_app.extensions[queries.SOURCES], current_user, _since())
    answer = jsonify([asdict(notice) for notice in found])
    # The browser may keep it, but asks each time whether it still holds.
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Cookie"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _since() -> float:
    """Nonsense counts as the beginning of time."""
    since = request.args.get("since", 0.0, type=float)
    return since if math.isfinite(since) else 0.0
