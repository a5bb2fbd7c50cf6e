"""Pages on which somebody logs in and out, and ends log-ins elsewhere."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required, logout_user
from werkzeug.wrappers import Response

from ..attempts.guard import authenticated
from ..audit.service import SESSIONS_ENDED, record
from ..core.database import transaction
from ..core.errors import Busy, Forbidden, Invalid, StorageFull, mark
from ..second_factor.forms import CodeForm
from ..second_factor.guard import code_is_right
from ..second_factor.queries import has_second_factor
from ..second_factor.service import WRONG_CODE
from ..tokens.queries import tokens_of
from ..tokens.service import revoke_all
from ..web.context import visitor_address
from ..web.forms import attach, form_page, require_token
from ..web.kept import carried_form, carry_form, drop_form, field_of_form, kept_path
from ..web.security import safe_next
from . import queries, service
from .forms import LoginForm
from .guard import begin_second_step, end_second_step, init_guard, let_in, present_session, renew_session, second_step

blueprint = Blueprint("sessions", __name__)

Answer = str | Response | tuple[str, int]


def init_sessions(app: Flask) -> None:
    """The pages, and who is there."""
    init_guard(app)
    app.register_blueprint(blueprint)


@blueprint.route("/auth/login", methods=["GET", "POST"])
def login() -> Answer:
    """Log in, then go where the visitor wanted to."""
    if current_user.is_authenticated:
        path = kept_path(carried_form())
        return redirect(path, carry_form(carried_form())) if path else redirect(url_for("posts.index"))
    form = LoginForm()
    target = safe_next(current_app._get_current_object(), request.args.get("next"))  # type: ignore[attr-defined]
    if kept_path(carried_form()) != target:
        drop_form()
    if form.validate_on_submit():
        try:
            user = authenticated(form.username.data, form.password.data)
        except Forbidden as error:
            attach(form, error, "username")
        else:
            if user is not None and has_second_factor(user.id):
                begin_second_step(user, remember=form.remember_me.data)
                return redirect(url_for("sessions.code", next=target), carry_form(carried_form()))
            if user is not None:
                return let_in(user, target, remember=form.remember_me.data)
            attach(form, Invalid(mark("The name or the password is wrong.")), "password")
    return form_page("sessions/login.html", form, next_url=target, kept=field_of_form())


@blueprint.route("/auth/login/code", methods=["GET", "POST"])
def code() -> Answer:
    """The second step of logging in, for accounts with a second factor."""
    waiting = second_step()
    if waiting is None or current_user.is_authenticated:
        return redirect(url_for("sessions.login"))
    user, remember = waiting
    if request.method == "POST" and "code" not in request.form:
        return render_template("sessions/code.html", form=CodeForm(formdata=None), kept=field_of_form())
    form = CodeForm()
    target = safe_next(current_app._get_current_object(), request.args.get("next"))  # type: ignore[attr-defined]
    if form.validate_on_submit():
        if code_is_right(user, form.code.data):
            end_second_step()
            return let_in(user, target, remember=remember)
        attach(form, Invalid(WRONG_CODE), "code")
    return form_page("sessions/code.html", form, kept=field_of_form())


@blueprint.post("/auth/logout")
def logout() -> Answer:
    """Log out."""
    require_token()
    if current_user.is_authenticated:
        # Whatever the database does, this browser forgets who it was.
        with suppress(Busy, StorageFull), transaction():
            service.end_session(present_session().id)
    renew_session()
    logout_user()
    flash(_("You are logged out."), "info")
    return redirect(url_for("sessions.login"))


@blueprint.post("/auth/sessions/<int:session_id>/end")
@login_required
def end(session_id: int) -> Answer:
    """Log out somewhere else."""
    require_token()
    with transaction():
        service.end_session(queries.get_own(current_user.id, session_id).id)
        _record_end()
    flash(_("That browser is logged out."), "success")
    return redirect(url_for("security.index"))


@blueprint.post("/auth/sessions/end")
@login_required
def end_others() -> Answer:
    """Log out everywhere else; where it is chosen, programs lose their tokens, too."""
    require_token()
    with transaction():
        service.end_sessions(current_user.id, but=present_session().id)
        if with_tokens := bool(request.form.get("tokens")):
            revoke_all(current_user.id)
        _record_end()
    flash(_("You are logged out everywhere but here."), "success")
    if not with_tokens and tokens_of(current_user):
        flash(_("Programs with a token of yours go on. Revoke those that you do not know."), "warning")
    return redirect(url_for("security.index"))


def _record_end() -> None:
    record(SESSIONS_ENDED, actor=current_user.username, subject=current_user.username, address=visitor_address())
