"""The page on which administrators see what happened."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template
from werkzeug.wrappers import Response

from ..web.context import settings
from ..web.guard import administrator_required
from ..web.paging import linked, position
from . import queries
from .service import SENTENCES

blueprint = Blueprint("audit", __name__, url_prefix="/admin")

Answer = str | Response


def init_audit(app: Flask) -> None:
    """The page."""
    app.register_blueprint(blueprint)


@blueprint.get("/events")
@administrator_required
def index() -> Answer:
    """Log-ins and failures, new passwords, invitations, and what administrators did, newest first."""
    page = linked(queries.events(position(), settings().posts_per_page), "audit.index")
    return render_template("audit/index.html", page=page, sentences=SENTENCES)
