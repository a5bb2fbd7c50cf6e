"""Pages of accounts: following, and one's profile."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from ..core.database import transaction
from ..core.errors import Conflict, Invalid
from ..web.context import SETTINGS
from ..web.forms import attach, form_page, require_token
from . import service
from .forms import ProfileForm
from .models import ABOUT_LENGTH
from .passwords import limit_waiting
from .queries import get_user

blueprint = Blueprint("accounts", __name__)

Answer = str | Response | tuple[str, int]


def init_accounts(app: Flask) -> None:
    """The pages, and how many requests may wait for a password to be hashed."""
    limit_waiting(app.extensions[SETTINGS].web_threads)
    app.register_blueprint(blueprint)


@blueprint.post("/follow/<username>")
@login_required
def follow(username: str) -> Answer:
    """Follow somebody."""
    require_token()
    with transaction():
        followed = get_user(username)
        name, new = followed.username, service.follow(current_user, followed)
    flash(_("You follow %(name)s now.", name=name) if new else _("You follow %(name)s already.", name=name), "success")
    return redirect(url_for("posts.profile", username=name))


@blueprint.post("/unfollow/<username>")
@login_required
def unfollow(username: str) -> Answer:
    """Stop following somebody."""
    require_token()
    with transaction():
        followed = get_user(username)
        name, ended = followed.username, service.unfollow(current_user, followed)
    flash(
        _("You no longer follow %(name)s.", name=name) if ended else _("You did not follow %(name)s.", name=name),
        "info",
    )
    return redirect(url_for("posts.profile", username=name))


@blueprint.route("/edit_profile", methods=["GET", "POST"])
@login_required
def edit_profile() -> Answer:
    """Change one's name and what one says of oneself."""
    form = ProfileForm(obj=current_user)
    if form.validate_on_submit():
        try:
            with transaction():
                service.change_profile(current_user, form.username.data, form.about_me.data)
        except Conflict as error:
            attach(form, error, str(error.values["field"]))
        except Invalid as error:
            attach(form, error, error.field)
        else:
            flash(_("Your profile is saved."), "success")
            return redirect(url_for("posts.profile", username=current_user.username))
    return form_page("accounts/edit_profile.html", form, about_length=ABOUT_LENGTH)
