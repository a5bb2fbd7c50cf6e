"""Pages for somebody who has forgotten the password."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from ..accounts.emails import tell_password_changed
from ..accounts.passwords import hash_password
from ..accounts.queries import get_account
from ..audit.service import LINK_MADE, PASSWORD_CHOSEN, record
from ..core.database import transaction
from ..core.errors import NotFound
from ..web.context import settings, site_address, visitor_address
from ..web.forms import checked_token, status_of
from ..web.locale import language_of_request
from ..web.throttle import Throttle
from . import service
from .forms import NewPasswordForm, RequestForm

blueprint = Blueprint("recovery", __name__)
REQUESTS = "microblog.recovery_requests"
MOST_REQUESTS = 5
REQUEST_SECONDS = 900

Answer = str | Response | tuple[str, int]


def init_recovery(app: Flask) -> None:
    """The pages."""
    app.extensions[REQUESTS] = Throttle(MOST_REQUESTS, REQUEST_SECONDS)
    app.register_blueprint(blueprint)


@blueprint.route("/auth/reset_password_request", methods=["GET", "POST"])
def ask() -> Answer:
    """Ask for a link by e-mail; the answer is the same whether or not there is such an account."""
    if current_user.is_authenticated:
        return redirect(url_for("security.change_password"))
    form = RequestForm()
    possible = settings().mail is not None
    if possible and form.validate_on_submit():
        throttle: Throttle = current_app.extensions[REQUESTS]
        throttle.check(visitor_address())
        throttle.failed(visitor_address())
        with transaction():
            service.request_link(form.email.data, site_address(), language_of_request())
        flash(_("If that address has an account, a letter with a link is on its way to it."), "info")
        return redirect(url_for("sessions.login"))
    page = render_template("recovery/ask.html", form=form, possible=possible)
    return (page, status_of(form)) if form.is_submitted() else page


@blueprint.route("/auth/reset_password/<token>", methods=["GET", "POST"])
def choose(token: str) -> Answer:
    """Choose a new password, with the link from the letter or from an administrator."""
    secret = settings().secret_key
    user = service.user_of_token(secret, token)
    form = NewPasswordForm()
    form.owner = user
    if form.validate_on_submit():
        password_hash = hash_password(form.password.data)
        with transaction():
            user = service.choose_password(secret, token, password_hash)
            tell_password_changed(user)
            record(PASSWORD_CHOSEN, subject=user.username, address=visitor_address())
        flash(_("Your new password is set. Log in with it."), "success")
        return redirect(url_for("sessions.login"))
    page = render_template("recovery/choose.html", form=form, user=user)
    return (page, status_of(form)) if form.is_submitted() else page


@blueprint.post("/user/<username>/recovery_link")
@login_required
def make_link(username: str) -> Answer:
    """For an administrator: a link to hand over to somebody who has forgotten the password."""
    if not current_user.is_admin:
        raise NotFound
    if not checked_token():
        raise BadRequest
    user = get_account(username)
    token = service.make_token(settings().secret_key, user, service.BY_HAND)
    link, name = site_address() + url_for("recovery.choose", token=token), user.username
    with transaction():
        record(LINK_MADE, actor=current_user.username, subject=name, address=visitor_address())
    return render_template("recovery/link.html", user=user, link=link)
