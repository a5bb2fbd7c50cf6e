"""The page on which somebody chooses another password."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required, login_user
from werkzeug.wrappers import Response

from ..accounts import service
from ..accounts.passwords import hash_password
from ..attempts.guard import authenticated
from ..audit.service import PASSWORD_CHANGED, record
from ..core.database import transaction
from ..core.errors import Invalid, mark
from ..web.context import visitor_address
from ..web.forms import attach, form_page
from .forms import PasswordForm

blueprint = Blueprint("security", __name__)

Answer = str | Response | tuple[str, int]


def init_security(app: Flask) -> None:
    """The page."""
    app.register_blueprint(blueprint)


@blueprint.route("/auth/password", methods=["GET", "POST"])
@login_required
def change_password() -> Answer:
    """Choose another password, which ends one's other log-ins."""
    form = PasswordForm()
    if form.validate_on_submit():
        user = authenticated(current_user.username, form.password_now.data)
        if user is not None:
            password_hash = hash_password(form.password.data)
            with transaction():
                service.set_password(user, password_hash)
                record(PASSWORD_CHANGED, actor=user.username, subject=user.username, address=visitor_address())
            login_user(user, remember=current_app.config["REMEMBER_COOKIE_NAME"] in request.cookies)
            flash(_("Your password is changed. Wherever else you were logged in, you no longer are."), "success")
            return redirect(url_for("posts.profile", username=user.username))
        attach(form, Invalid(mark("This is not your password.")), "password_now")
    return form_page("security/password.html", form)
