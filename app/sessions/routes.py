"""Pages on which somebody logs in and out, and who it is that a request comes from."""

from __future__ import annotations

import contextlib
from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import LoginManager, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from ..accounts import service
from ..accounts.models import User
from ..accounts.queries import user_of_session
from ..attempts.guard import authenticated, note
from ..audit.service import LOGGED_IN
from ..core.database import transaction
from ..core.errors import Busy, Forbidden, Invalid, StorageFull, mark
from ..web.forms import attach, form_page, require_token
from ..web.security import safe_next
from .forms import LoginForm

blueprint = Blueprint("sessions", __name__)
login_manager = LoginManager()
login_manager.login_view = "sessions.login"
login_manager.login_message = _l("Log in to see this page.")
login_manager.login_message_category = "info"
# Blueprints whose pages count as being here.
PRESENCE = frozenset({"posts", "messages"})

Answer = str | Response | tuple[str, int]


def init_sessions(app: Flask) -> None:
    """Log-in, and who is there."""
    login_manager.init_app(app)
    login_manager.user_loader(user_of_session)
    app.after_request(_note_presence)
    app.register_blueprint(blueprint)


def _note_presence(response: Any) -> Any:
    """Note that somebody was here, at most every ten minutes: the one write that a GET may cause, after its answer."""
    user = current_user._get_current_object() if request.blueprint in PRESENCE and current_user else None
    if isinstance(user, User) and response.status_code < 400 and service.touch_due(user):
        user_id = user.id
        with contextlib.suppress(Busy, StorageFull), transaction():
            service.touch(user_id)
    return response


@blueprint.route("/auth/login", methods=["GET", "POST"])
def login() -> Answer:
    """Log in, then go where the visitor wanted to."""
    if current_user.is_authenticated:
        return redirect(url_for("posts.index"))
    form = LoginForm()
    target = safe_next(current_app._get_current_object(), request.args.get("next"))  # type: ignore[attr-defined]
    if form.validate_on_submit():
        try:
            user = authenticated(form.username.data, form.password.data)
        except Forbidden as error:
            attach(form, error, "username")
        else:
            if user is not None:
                login_user(user, remember=form.remember_me.data)
                note(LOGGED_IN, user.username)
                return redirect(target or url_for("posts.index"))
            attach(form, Invalid(mark("The name or the password is wrong.")), "password")
    return form_page("sessions/login.html", form, next_url=target)


@blueprint.post("/auth/logout")
def logout() -> Answer:
    """Log out."""
    require_token()
    logout_user()
    flash(_("You are logged out."), "info")
    return redirect(url_for("sessions.login"))
