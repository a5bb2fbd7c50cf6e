"""The page on which somebody switches a second factor on or off."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from ..accounts.credentials import fingerprint_of, has_fingerprint
from ..accounts.emails import tell_second_factor
from ..attempts import service as attempts
from ..attempts.guard import authenticated, note_failure
from ..audit.service import CODE_FAILED, SECOND_FACTOR_OFF, SECOND_FACTOR_ON, record
from ..core.database import transaction
from ..core.errors import Invalid, mark
from ..web.context import settings, visitor_address
from ..web.forms import attach, form_page
from ..web.qr import qr_code
from . import queries, service
from .forms import EnableForm, RemoveForm
from .guard import code_counters
from .totp import address, secret_of, typed

blueprint = Blueprint("second_factor", __name__)
SEED, SEED_OWNER = "second_factor_seed", "second_factor_seed_owner"
WRONG_PASSWORD = mark("This is not your password.")

Answer = str | Response | tuple[str, int]


def init_second_factor(app: Flask) -> None:
    """The page."""
    app.register_blueprint(blueprint)


@blueprint.route("/auth/second_factor", methods=["GET", "POST"])
@login_required
def index() -> Answer:
    """Switch it on, with the password and a code; or off, with the password."""
    return _remove() if queries.has_second_factor(current_user.id) else _enable()


def _enable() -> Answer:
    form = EnableForm()
    seed = _pending_seed()
    if form.validate_on_submit():
        try:
            codes = _confirmed(form, seed)
        except Invalid as error:
            attach(form, error, error.field)
        else:
            session.pop(SEED, None)
            session.pop(SEED_OWNER, None)
            return render_template("second_factor/codes.html", codes=codes)
    secret = secret_of(settings().secret_key, seed)
    picture = qr_code(address(secret, current_user.username))
    return form_page("second_factor/enable.html", form, picture=picture, secret=typed(secret))


def _pending_seed() -> str:
    """Return what the secret is made of until it is confirmed; a new one when the credentials of the account ended.

    It is in the cookie, so that a mere look at the page writes nothing. Without the server's key it is useless.
    """
    if SEED not in session or not has_fingerprint(current_user, session.get(SEED_OWNER, "")):
        session[SEED], session[SEED_OWNER] = service.new_seed(), fingerprint_of(current_user)
    return str(session[SEED])


def _confirmed(form: EnableForm, seed: str) -> list[str]:
    counters = code_counters(current_user.id)
    attempts.check(counters)
    user = authenticated(current_user.username, form.password_now.data)
    if user is None:
        raise Invalid(WRONG_PASSWORD, "password_now")
    name = user.username
    try:
        with transaction():
            codes = service.enable(user, settings().secret_key, seed, form.code.data)
            record(SECOND_FACTOR_ON, subject=name, address=visitor_address())
            tell_second_factor(user, on=True)
    except Invalid:
        note_failure(CODE_FAILED, name, counters)
        raise
    return codes


def _remove() -> Answer:
    form = RemoveForm()
    if form.validate_on_submit():
        user = authenticated(current_user.username, form.password_now.data)
        if user is not None:
            with transaction():
                service.remove(user.id)
                record(SECOND_FACTOR_OFF, actor=user.username, subject=user.username, address=visitor_address())
                tell_second_factor(user, on=False)
            flash(_("The second factor is switched off."), "success")
            return redirect(url_for("security.index"))
        attach(form, Invalid(WRONG_PASSWORD), "password_now")
    return form_page("second_factor/remove.html", form, left=queries.count_codes(current_user.id))
