"""The page on which somebody makes and revokes tokens."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from ..core.database import transaction
from ..web.forms import checked_token, status_of
from . import queries, service
from .api import blueprint as api
from .forms import TokenForm

blueprint = Blueprint("tokens", __name__)

Answer = str | Response | tuple[str, int]


def init_tokens(app: Flask) -> None:
    """The page, and the part of the API that hands out tokens."""
    app.register_blueprint(blueprint)
    app.register_blueprint(api)


@blueprint.route("/auth/tokens", methods=["GET", "POST"])
@login_required
def index() -> Answer:
    """My tokens, and a form for another one, which is shown this once."""
    form, fresh = TokenForm(), None
    if form.validate_on_submit():
        with transaction():
            fresh = service.create_token(current_user, form.name.data)
        form.name.data = ""
    page = render_template("tokens/index.html", form=form, fresh=fresh, tokens=queries.tokens_of(current_user))
    return page if fresh or not form.is_submitted() else (page, status_of(form))


@blueprint.post("/auth/tokens/<int:token_id>/revoke")
@login_required
def revoke(token_id: int) -> Answer:
    """Make one of my tokens worthless."""
    if not checked_token():
        raise BadRequest
    with transaction():
        token = queries.get_own(current_user, token_id)
        name = token.name
        service.revoke(token)
    flash(_("The token “%(name)s” is revoked.", name=name), "success")
    return redirect(url_for("tokens.index"))
