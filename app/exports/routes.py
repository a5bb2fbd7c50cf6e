"""The page of exports, and the file itself."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from ..core.database import transaction
from ..notifications.routes import add_source
from ..web.context import site_address
from ..web.forms import checked_token
from ..web.locale import language_of_request
from ..web.sending import send_media
from . import queries, service

blueprint = Blueprint("exports", __name__)


def init_exports(app: Flask) -> None:
    """The pages, and how far an export is in the feed of an open page."""
    add_source(app, queries.progress_notices)
    app.register_blueprint(blueprint)


@blueprint.get("/exports")
@login_required
def index() -> str:
    """My exports; while one is being made the page looks again by itself, also without JavaScript."""
    exports = queries.exports_of(current_user)
    return render_template("exports/index.html", exports=exports, running=queries.is_running(current_user))


@blueprint.post("/export_posts")
@login_required
def request_export() -> Response:
    """Ask for a file with everything that I have written."""
    if not checked_token():
        raise BadRequest
    with transaction():
        new = service.request_export(current_user, site_address(), language_of_request())
    flash(_("Your file is being made.") if new else _("One is being made already."), "info")
    return redirect(url_for("exports.index"))


@blueprint.get("/exports/<int:export_id>")
@login_required
def download(export_id: int) -> Response:
    """The file, for its owner alone."""
    export = queries.get_own(current_user, export_id)
    name = f"microblog-{current_user.username}-{export.created_at:%Y-%m-%d}.zip"
    return send_media("exports", str(export.file), name)
