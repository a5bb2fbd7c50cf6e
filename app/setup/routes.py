"""The page of set-up, and the way to it while there is no account."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wrappers import Response

from ..accounts.models import User
from ..accounts.passwords import hash_password
from ..accounts.queries import any_account
from ..audit.service import REGISTERED, record
from ..core.database import transaction
from ..core.errors import Conflict, Invalid, NotFound
from ..sessions.guard import let_in
from ..web.context import SILENT, is_program, visitor_address
from ..web.forms import attach, form_page
from .forms import SetupForm
from .service import check_code, create_first_administrator

blueprint = Blueprint("setup", __name__)
# Pages that exist before there is any account.
BEFORE_SETUP = SILENT | {"setup.index", "trust.index"}
READY = "microblog.has_accounts"

Answer = str | Response | tuple[str, int]


def init_setup(app: Flask) -> None:
    """The page, and every other one leads to it while there is no account."""
    app.extensions[READY] = False
    app.before_request(_lead_to_setup)
    app.register_blueprint(blueprint)


def is_set_up() -> bool:
    """Whether there is an account; asked of the database only until there is one."""
    if not current_app.extensions[READY]:
        current_app.extensions[READY] = any_account()
    return bool(current_app.extensions[READY])


def _lead_to_setup() -> Response | None:
    if request.endpoint is None or request.endpoint in BEFORE_SETUP or is_set_up():
        return None
    if is_program():
        raise ServiceUnavailable(_("Nobody has set this appliance up yet. Open it in a browser first."))
    return redirect(url_for("setup.index"))


@blueprint.route("/setup", methods=["GET", "POST"])
def index() -> Answer:
    """Make the first account, with the code from the log."""
    if is_set_up():
        raise NotFound
    form = SetupForm()
    if form.validate_on_submit():
        try:
            _check_setup_code(form.code.data)
            user = _create_administrator(form)
        except (Invalid, Conflict) as error:
            attach(form, error, getattr(error, "field", "") or str(error.values.get("field", "code")))
        else:
            flash(_("Welcome! You are the administrator of this appliance."), "success")
            return let_in(user)
    return form_page("setup/index.html", form)


def _check_setup_code(code: str) -> None:
    """Raise Invalid for a wrong code, after the try was counted for good."""
    wrong: Invalid | None = None
    with transaction():
        try:
            check_code(code)
        except Invalid as error:
            wrong = error
    if wrong is not None:
        raise wrong


def _create_administrator(form: SetupForm) -> User:
    password_hash = hash_password(form.password.data)
    with transaction():
        user = create_first_administrator(form.username.data, form.email.data, password_hash)
        record(REGISTERED, subject=user.username, address=visitor_address())
        return user
