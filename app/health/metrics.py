"""`/metrics` for Prometheus, inside the containers' network and for whoever shows the token of the settings."""

from __future__ import annotations

import hmac
import os
from http import HTTPStatus

from flask import Blueprint, Flask, Response, request

from ..core.config import Settings
from ..web.context import SETTINGS

FOLDER = "metrics"
INSTRUMENTS = "microblog.instruments"
REFUSED = "Show the token of MICROBLOG_METRICS_TOKEN: Authorization: Bearer …\n"


def init_metrics(app: Flask) -> None:
    """Count requests and tell of them, if a token is set; else nothing is loaded, and the page is not there."""
    settings: Settings = app.extensions[SETTINGS]
    if not settings.metrics_token:
        return
    folder = settings.run_dir / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # By it the library learns that several processes count together, so it must be set before the library is loaded.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    # Imported here: it takes memory that most do not need.
    from .instruments import Instruments  # noqa: PLC0415  see above

    instruments = Instruments(folder)
    instruments.connect(app)
    # The signals of requests do not keep it.
    app.extensions[INSTRUMENTS] = instruments
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def scrape() -> Response:
        if not _shows(settings.metrics_token):
            refused = Response(REFUSED, HTTPStatus.UNAUTHORIZED, mimetype="text/plain")
            refused.headers["WWW-Authenticate"] = "Bearer"
            return refused
        text, kind = instruments.report(request.headers.get("Accept", ""))
        return Response(text, content_type=kind)

    app.register_blueprint(blueprint)


def _shows(token: str) -> bool:
    """Whether the request has the token; compared in a time that tells nothing about how much of it is right."""
    given = request.authorization
    shown = (given.token or "") if given is not None and given.type == "bearer" else ""
    return hmac.compare_digest(shown.encode(), token.encode())
