"""The page on which somebody looks after the safety of the account, and those for another password or address."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from ..accounts import service as accounts
from ..accounts.emails import tell_password_changed
from ..accounts.models import User
from ..accounts.passwords import hash_password
from ..attempts.guard import allow_email, authenticated, remember_browser
from ..attempts.service import OTHER
from ..audit.service import EMAIL_CHANGED, PASSWORD_CHANGED, record
from ..core.database import transaction
from ..core.errors import Conflict, Invalid, mark
from ..mail.service import send_later
from ..second_factor.queries import has_second_factor
from ..sessions.guard import present_session
from ..sessions.queries import sessions_of
from ..sessions.service import keep_session
from ..web.context import settings, site_address, visitor_address
from ..web.forms import Form, attach, form_page, require_token
from . import service
from .emails import confirmation_letter, notice_letter, taken_letter
from .forms import EmailForm, PasswordForm

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
        pending=service.pending(current_user),
    )


@blueprint.get("/.well-known/change-password")
@login_required
def find_change_password() -> Response:
    """Lead password managers to the page for another password (W3C, "A Well-Known URL for Changing Passwords")."""
    return redirect(url_for("security.change_password"))


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
            response = make_response(redirect(url_for("security.index")))
            remember_browser(response, user)
            return response
        attach(form, Invalid(mark("This is not your password.")), "password_now")
    return form_page("security/password.html", form)


@blueprint.route("/auth/email", methods=["GET", "POST"])
@login_required
def change_email() -> Answer:
    """Have another address: at once, or where letters are sent, once the link in a letter to it is opened."""
    form = EmailForm()
    if form.validate_on_submit():
        user = authenticated(current_user.username, form.password_now.data)
        try:
            if user is None:
                raise Invalid(mark("This is not your password."), "password_now")
            _ask_to_confirm(user, form.email.data) if settings().mail else _save_email(user, form.email.data)
        except (Invalid, Conflict) as error:
            attach(form, error, getattr(error, "field", "") or "email")
        else:
            return redirect(url_for("security.index"))
    return form_page("security/email.html", form, confirmed=settings().mail is not None)


def _ask_to_confirm(user: User, email: str) -> None:
    with transaction():
        address = accounts.checked_email(email)
        change, signed = service.request_change(user, address, settings().secret_key)
        link = site_address() + url_for("security.confirm_email", token=signed)
        cancel = url_for("security.cancel_email_by_link", token=service.cancel_token(change, settings().secret_key))
        known = service.is_anothers(user, address)
        if allow_email(address, OTHER):
            send_later(taken_letter(user, address) if known else confirmation_letter(user, address, link))
        send_later(notice_letter(user, address, site_address() + cancel))
    flash(_("A letter is on its way to this address. Until its link is opened all stays as it is."), "info")


def _save_email(user: User, email: str) -> None:
    with transaction():
        service.change_email(user, email, discreet=True)
        record(EMAIL_CHANGED, subject=user.username, address=visitor_address())
    flash(_("Your e-mail address is changed."), "success")


@blueprint.route("/auth/email/<token>", methods=["GET", "POST"])
def confirm_email(token: str) -> Answer:
    """Confirm an address, with the link from the letter; a look alone changes nothing."""
    user, change = service.find_change(settings().secret_key, token)
    form = Form()
    if form.validate_on_submit():
        with transaction():
            user, change = service.find_change(settings().secret_key, token)
            service.change_email(user, change.email)
            record(EMAIL_CHANGED, subject=user.username, address=visitor_address())
        flash(_("Your e-mail address is changed."), "success")
        return redirect(url_for("posts.index"))
    return form_page("security/confirm.html", form, user=user, address=change.email)


@blueprint.post("/auth/email_change/cancel")
@login_required
def cancel_email() -> Answer:
    """Cancel a pending change of the address."""
    require_token()
    with transaction():
        canceled = service.cancel_change(current_user)
    flash(_("Your e-mail address stays as it is.") if canceled else _("There is no change to cancel."), "info")
    return redirect(url_for("security.index"))


@blueprint.route("/auth/email_change/cancel/<token>", methods=["GET", "POST"])
def cancel_email_by_link(token: str) -> Answer:
    """Cancel a pending change with the link from the e-mail to the old address; works without a log-in."""
    user, change = service.find_change_to_cancel(settings().secret_key, token)
    form = Form()
    if form.validate_on_submit():
        with transaction():
            user, change = service.find_change_to_cancel(settings().secret_key, token)
            service.cancel_change(user)
        return render_template("security/canceled.html")
    return form_page("security/cancel.html", form, user=user, address=change.email)


def _save_password(user: User, password_hash: str) -> None:
    with transaction():
        accounts.set_password(user, password_hash)
        keep_session(user, present_session().id)
        record(PASSWORD_CHANGED, actor=user.username, subject=user.username, address=visitor_address())
        tell_password_changed(user)
