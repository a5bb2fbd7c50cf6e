"""Whether it lives, and whether it is ready: for Docker, for Nginx, and for somebody who wonders."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask

from .check import FAIL, worst
from .examination import READINESS, examine

blueprint = Blueprint("health", __name__)


def init_health(app: Flask) -> None:
    """`/livez` for the process alone, `/readyz` for all that it needs."""
    app.register_blueprint(blueprint)


@blueprint.get("/livez")
def livez() -> tuple[str, int, dict[str, str]]:
    """The process answers."""
    return "ok", HTTPStatus.OK, {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/readyz")
def readyz() -> tuple[dict[str, Any], int]:
    """Everything that the appliance needs, each ok, warn or fail; status 503 if one fails."""
    found = examine(READINESS)
    status = worst(found.values())
    checks = {name: {"status": check.status, "detail": check.detail} for name, check in found.items()}
    body = {"status": status, "checks": checks}
    return body, HTTPStatus.SERVICE_UNAVAILABLE if status == FAIL else HTTPStatus.OK
