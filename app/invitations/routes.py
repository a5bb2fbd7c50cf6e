"""Pages on which people make accounts, by themselves or by an invitation, and on which administrators invite them."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from ..accounts.forms import RegistrationForm
from ..accounts.models import WAITING, User
from ..accounts.passwords import hash_password, password_matches
from ..accounts.service import create_user, newcomer_status
from ..attempts import service as attempts
from ..attempts.guard import allow_email, refuse_too_many_emails
from ..attempts.service import HERE, OTHER
from ..audit.service import INVITATION_REVOKED, INVITED, JOINED, REGISTERED, record
from ..core.database import db, transaction
from ..core.errors import Conflict, Invalid, mark
from ..sessions.guard import let_in
from ..web.context import settings, site_address, visitor_address, visitor_network
from ..web.forms import attach, checked_token, form_page, status_of
from ..web.guard import administrator_required
from ..web.locale import language_of_request
from ..web.paging import linked, position
from ..web.qr import qr_code
from ..web.throttle import Throttle
from . import queries, service
from .forms import ConfirmationForm, InvitationForm
from .models import Invitation

blueprint = Blueprint("invitations", __name__)
WRONG_LINKS = "microblog.wrong_invitations"
MOST_WRONG = 20
WRONG_SECONDS = 300

Answer = str | Response | tuple[str, int]


def init_invitations(app: Flask) -> None:
    """The pages."""
    app.extensions[WRONG_LINKS] = Throttle(MOST_WRONG, WRONG_SECONDS)
    app.register_blueprint(blueprint)


@blueprint.route("/auth/register", methods=["GET", "POST"])
def register() -> Answer:
    """Make an account where people may do so themselves; where they need an invitation, say how to get one."""
    if current_user.is_authenticated:
        return redirect(url_for("posts.index"))
    form = RegistrationForm()
    if settings().registration == "invite" and not form.is_submitted():
        return render_template("invitations/needed.html")
    status = newcomer_status(settings().registration)
    if form.validate_on_submit():
        try:
            return _ask_to_confirm(form) if settings().mail else _make(form, status)
        except Conflict as error:
            attach(form, error, str(error.values["field"]))
    page = render_template(
        "accounts/register.html", form=form, approval=status == WAITING, confirmed=settings().mail is not None
    )
    return (page, status_of(form)) if form.is_submitted() else page


def _make(form: RegistrationForm, status: str) -> Answer:
    """Where no letters are sent, at once; that somebody has the address is not told."""
    password_hash = hash_password(form.password.data)
    with transaction():
        user = create_user(form.username.data, form.email.data, password_hash, status=status, discreet=True)
        record(REGISTERED, subject=user.username, address=visitor_address())
    return _made(user, status)


def _ask_to_confirm(form: RegistrationForm) -> Answer:
    """Where letters are sent, once the link in one is opened; whoever has the address gets one that says so."""
    refuse_too_many_emails()
    password_hash = hash_password(form.password.data)
    with transaction():
        service.request_registration(
            form.username.data,
            form.email.data,
            password_hash,
            site_address(),
            language_of_request(),
            is_answered=allow_email(form.email.data, OTHER),
        )
    flash(_("A letter is on its way to you. Open the link in it to finish your account: it is good for a day."), "info")
    return redirect(url_for("sessions.login"))


@blueprint.route(f"{service.CONFIRMATION_PATH}<token>", methods=["GET", "POST"])
def confirm(token: str) -> Answer:
    """Finish an account, with the link from the letter and the password; a look alone changes nothing."""
    if current_user.is_authenticated:
        flash(_("You are logged in. Log out to finish another account."), "info")
        return redirect(url_for("posts.index"))
    status = newcomer_status(settings().registration)
    registration = service.find_registration(token)
    form, email = ConfirmationForm(data={"username": registration.username}), registration.email
    if form.validate_on_submit():
        try:
            return _finish(token, form, status)
        except Conflict as error:
            attach(form, error, "username")
        except Invalid as error:
            attach(form, error, error.field)
    return form_page("invitations/confirm.html", form, email=email)


def _finish(token: str, form: ConfirmationForm, status: str) -> Answer:
    """The password was chosen by whoever asked; whoever only reads the letter must not make an account for them."""
    _check_password(token, form.password.data)
    with transaction():
        user = service.finish(service.find_registration(token), form.username.data, status)
        record(REGISTERED, subject=user.username, address=visitor_address())
    return _made(user, status)


def _check_password(token: str, password: str) -> None:
    counters = [attempts.counted(settings().secret_key, HERE, "registration", token)]
    attempts.check(counters)
    stored = service.find_registration(token).password_hash
    # Nothing may hold the database while the hash is computed.
    db.session.rollback()
    if not password_matches(stored, password):
        with transaction():
            attempts.note_failure(counters)
        raise Invalid(mark("This is not the password that you chose."), "password")


@blueprint.route(f"{service.PATH}<token>", methods=["GET", "POST"])
def accept(token: str) -> Answer:
    """Make an account by an invitation, whether or not people may do so themselves."""
    if current_user.is_authenticated:
        flash(_("You have an account already: this invitation is for somebody else."), "info")
        return redirect(url_for("posts.index"))
    form = RegistrationForm()
    try:
        invitation = _shown(token)
        if form.validate_on_submit():
            password_hash = hash_password(form.password.data)
            with transaction():
                user = service.accept(token, form.username.data, form.email.data, password_hash)
                record(JOINED, subject=user.username, address=visitor_address())
            return _made(user)
    except Conflict as error:
        # Read anew: what was read before ended with the transaction.
        invitation = _shown(token)
        attach(form, error, str(error.values["field"]))
    except Invalid as error:
        return render_template("invitations/void.html", error=error), HTTPStatus.UNPROCESSABLE_ENTITY
    page = render_template("accounts/register.html", form=form, invitation=invitation)
    return (page, status_of(form)) if form.is_submitted() else page


def _shown(token: str) -> Invitation:
    """The invitation of the link; bad ones are counted per visitor's network, many raise RateLimited."""
    throttle: Throttle = current_app.extensions[WRONG_LINKS]
    throttle.check(visitor_network())
    try:
        return service.shown_invitation(settings().registration, token)
    except Invalid:
        throttle.failed(visitor_network())
        raise


def _made(user: User, status: str = "") -> Answer:
    """Log the owner of a new account in, unless it waits for approval."""
    if status == WAITING:
        flash(_("Your account is made. An administrator has to approve it before you can log in."), "info")
        return redirect(url_for("sessions.login"))
    flash(_("Welcome. Your account is ready."), "success")
    return let_in(user, is_new=True)


@blueprint.route("/admin/invitations", methods=["GET", "POST"])
@administrator_required
def index() -> Answer:
    """All invitations, and a form for another one, whose link is shown this once."""
    form, link = InvitationForm(), ""
    if form.validate_on_submit():
        uses, days = service.checked_uses(form.uses.data), service.checked_days(form.days.data)
        with transaction():
            token = service.create_invitation(current_user, uses, days, form.note.data)
            record(INVITED, actor=current_user.username, address=visitor_address())
        link = site_address() + url_for("invitations.accept", token=token)
        form.note.data = ""
    page = linked(queries.invitations(position(), settings().posts_per_page), "invitations.index")
    content = render_template(
        "invitations/index.html",
        form=form,
        page=page,
        link=link,
        picture=qr_code(link) if link else "",
        closed=settings().registration == "closed",
    )
    return content if link or not form.is_submitted() else (content, status_of(form))


@blueprint.post("/admin/invitations/<int:invitation_id>/revoke")
@administrator_required
def revoke(invitation_id: int) -> Answer:
    """Let nobody come by an invitation any more."""
    if not checked_token():
        raise BadRequest
    with transaction():
        service.revoke(queries.get_invitation(invitation_id))
        record(INVITATION_REVOKED, actor=current_user.username, address=visitor_address())
    flash(_("The invitation is revoked."), "success")
    return redirect(url_for("invitations.index"))
