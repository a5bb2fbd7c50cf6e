"""Pages for somebody who has forgotten the password."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from ..accounts.emails import tell_password_changed
from ..accounts.models import User
from ..accounts.passwords import hash_password
from ..accounts.queries import get_account
from ..attempts.guard import allow_email, authenticated
from ..attempts.service import RECOVERY
from ..audit.service import LINK_MADE, PASSWORD_CHOSEN, record
from ..core.database import transaction
from ..core.errors import Invalid, mark
from ..web.context import settings, site_address, visitor_address
from ..web.forms import Form, attach, form_page, status_of
from ..web.guard import administrator_required
from ..web.locale import language_of_request
from . import service
from .forms import ConfirmedLinkForm, NewPasswordForm, RequestForm

blueprint = Blueprint("recovery", __name__)

Answer = str | Response | tuple[str, int]


def init_recovery(app: Flask) -> None:
    """The pages."""
    app.register_blueprint(blueprint)


@blueprint.route("/auth/reset_password_request", methods=["GET", "POST"])
def ask() -> Answer:
    """Ask for a link by e-mail; the answer is the same whether or not there is such an account."""
    if current_user.is_authenticated:
        return redirect(url_for("security.change_password"))
    form = RequestForm()
    possible = settings().mail is not None
    if possible and form.validate_on_submit():
        with transaction():
            if allow_email(form.email.data, RECOVERY):
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


@blueprint.route("/user/<username>/recovery_link", methods=["GET", "POST"])
@administrator_required
def make_link(username: str) -> Answer:
    """Make a link to hand over to somebody who has forgotten the password.

    For an administrator's account it takes the maker's own password, because the link gives all that one can do.
    """
    user = get_account(username)
    form = ConfirmedLinkForm() if user.is_admin else Form()
    if not form.validate_on_submit():
        return form_page("recovery/make_link.html", form, user=user)
    if user.is_admin and authenticated(current_user.username, form.password_now.data) is None:
        attach(form, Invalid(mark("This is not your password.")), "password_now")
        return form_page("recovery/make_link.html", form, user=get_account(username))
    return _link_page(get_account(username))


def _link_page(user: User) -> str:
    token = service.make_token(settings().secret_key, user, service.BY_HAND, current_user)
    link, name = site_address() + url_for("recovery.choose", token=token), user.username
    with transaction():
        record(LINK_MADE, actor=current_user.username, subject=name, address=visitor_address())
    return render_template("recovery/link.html", user=user, link=link)
