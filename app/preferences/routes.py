"""The page of preferences, and their use on every page."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import refresh
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from ..core.database import transaction
from ..web.context import SILENT, is_program
from ..web.forms import status_of
from ..web.locale import choose
from . import service
from .forms import PreferencesForm

blueprint = Blueprint("preferences", __name__)

Answer = str | Response | tuple[str, int]


def init_preferences(app: Flask) -> None:
    """The page, and every page in the language that its visitor has chosen."""
    app.before_request(_follow)
    app.register_blueprint(blueprint)


def _follow() -> None:
    if request.endpoint not in SILENT and not is_program() and current_user.is_authenticated:
        choose(current_user.language, current_user.time_zone)


@blueprint.route("/preferences", methods=["GET", "POST"])
@login_required
def edit() -> Answer:
    """Choose the language and the time zone of the pages."""
    form = PreferencesForm(data={"language": current_user.language or "", "time_zone": current_user.time_zone or ""})
    if form.validate_on_submit():
        with transaction():
            service.save_preferences(current_user, form.language.data, form.time_zone.data)
        # What is said from here on is said in the new language.
        choose(current_user.language, current_user.time_zone)
        refresh()
        flash(_("Your choice is saved."), "success")
        return redirect(url_for("posts.profile", username=current_user.username))
    page = render_template("preferences/edit.html", form=form)
    return (page, status_of(form)) if form.is_submitted() else page
