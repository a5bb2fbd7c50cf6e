"""The page on which somebody looks after the safety of the account, and the one for another password."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from ..accounts import service
from ..accounts.emails import tell_password_changed
from ..accounts.models import User
from ..accounts.passwords import hash_password
from ..attempts.guard import authenticated
from ..audit.service import PASSWORD_CHANGED, record
from ..core.database import transaction
from ..core.errors import Invalid, mark
from ..second_factor.queries import has_second_factor
from ..sessions.guard import present_session
from ..sessions.queries import sessions_of
from ..sessions.service import keep_session
from ..web.context import visitor_address
from ..web.forms import attach, form_page
from .forms import PasswordForm

blueprint = Blueprint("security", __name__)

Answer = str | Response | tuple[str, int]


def init_security(app: Flask) -> None:
    """The pages."""
    app.register_blueprint(blueprint)


@blueprint.get("/auth/security")
@login_required
def index() -> Answer:
    """Password, second factor, and where one is logged in."""
    sessions = sessions_of(current_user.id)
    return render_template(
        "security/index.html",
        sessions=sessions,
        here=present_session().id,
        second_factor=has_second_factor(current_user.id),
    )


@blueprint.route("/auth/password", methods=["GET", "POST"])
@login_required
def change_password() -> Answer:
    """Choose another password, which ends one's other log-ins."""
    form = PasswordForm()
    form.owner = current_user
    if form.validate_on_submit():
        user = authenticated(current_user.username, form.password_now.data)
        if user is not None:
            _save_password(user, hash_password(form.password.data))
            flash(_("Your password is changed. Wherever else you were logged in, you no longer are."), "success")
            return redirect(url_for("security.index"))
        attach(form, Invalid(mark("This is not your password.")), "password_now")
    return form_page("security/password.html", form)


def _save_password(user: User, password_hash: str) -> None:
    with transaction():
        service.set_password(user, password_hash)
        keep_session(user, present_session().id)
        record(PASSWORD_CHANGED, actor=user.username, subject=user.username, address=visitor_address())
        tell_password_changed(user)
