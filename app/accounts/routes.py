"""Pages of accounts: set-up, log-in and log-out, following, one's profile and password."""

from __future__ import annotations

import contextlib
from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import LoginManager, current_user, login_required, login_user, logout_user
from werkzeug.exceptions import BadRequest, ServiceUnavailable
from werkzeug.wrappers import Response

from ..audit.service import LOG_IN_FAILED, LOGGED_IN, PASSWORD_CHANGED, REGISTERED, record
from ..core.database import db, transaction
from ..core.errors import Busy, Conflict, Forbidden, Invalid, NotFound, StorageFull, mark
from ..web.context import SILENT, is_program, visitor_address
from ..web.forms import attach, checked_token, status_of
from ..web.security import safe_next
from ..web.throttle import Throttle
from . import service
from .forms import LoginForm, PasswordForm, ProfileForm, SetupForm
from .models import ABOUT_LENGTH, User
from .passwords import hash_password
from .queries import any_account, find_user, get_user, user_of_session
from .setup import check_code, create_first_administrator

blueprint = Blueprint("accounts", __name__)
login_manager = LoginManager()
login_manager.login_view = "accounts.login"
login_manager.login_message = _l("Log in to see this page.")
login_manager.login_message_category = "info"
# Pages that exist before there is any account.
BEFORE_SETUP = SILENT | {"accounts.setup"}
# Blueprints whose pages count as being here.
PRESENCE = frozenset({"posts", "messages"})
READY = "microblog.has_accounts"
FAILED_LOGINS = "microblog.failed_logins"
MOST_FAILURES = 10
FAILURE_SECONDS = 300

Answer = str | Response | tuple[str, int]


def init_accounts(app: Flask) -> None:
    """Log-in, and the way to the set-up page while there is no account."""
    login_manager.init_app(app)
    login_manager.user_loader(user_of_session)
    app.extensions[READY] = False
    app.extensions[FAILED_LOGINS] = Throttle(MOST_FAILURES, FAILURE_SECONDS)
    app.before_request(_lead_to_setup)
    app.after_request(_note_presence)
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
    return redirect(url_for("accounts.setup"))


def _note_presence(response: Any) -> Any:
    """Note that somebody was here, at most every ten minutes: the one write that a GET may cause, after its answer."""
    user = current_user._get_current_object() if request.blueprint in PRESENCE and current_user else None
    if isinstance(user, User) and response.status_code < 400 and service.touch_due(user):
        user_id = user.id
        with contextlib.suppress(Busy, StorageFull), transaction():
            service.touch(user_id)
    return response


@blueprint.route("/setup", methods=["GET", "POST"])
def setup() -> Answer:
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
            login_user(user)
            flash(_("Welcome! You are the administrator of this appliance."), "success")
            return redirect(url_for("posts.index"))
    return _form_page("accounts/setup.html", form)


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
    return _form_page("accounts/login.html", form, next_url=target)


def authenticated(username: str, password: str) -> User | None:
    """The account if the password is right; raises Forbidden, with the reason, for one that may not get in.

    Failures are counted per visitor's address, many raise RateLimited.
    """
    throttle: Throttle = current_app.extensions[FAILED_LOGINS]
    throttle.check(visitor_address())
    user = find_user(username.strip())
    user_id, name = (user.id, user.username) if user else (None, "")
    if not service.authenticate(user, password):
        throttle.failed(visitor_address())
        note(LOG_IN_FAILED, name)
        return None
    throttle.succeeded(visitor_address())
    user = db.session.get(User, user_id)
    if user is not None:
        service.refuse_unless_active(user)
    return user


def note(kind: str, username: str) -> None:
    """Note what happened to an account, in a transaction of its own; a full disk keeps nobody out."""
    with contextlib.suppress(Busy, StorageFull), transaction():
        record(kind, subject=username, address=visitor_address())


@blueprint.post("/auth/logout")
def logout() -> Answer:
    """Log out."""
    _require_token()
    logout_user()
    flash(_("You are logged out."), "info")
    return redirect(url_for("accounts.login"))


@blueprint.post("/follow/<username>")
@login_required
def follow(username: str) -> Answer:
    """Follow somebody."""
    _require_token()
    with transaction():
        followed = get_user(username)
        name, new = followed.username, service.follow(current_user, followed)
    flash(_("You follow %(name)s now.", name=name) if new else _("You follow %(name)s already.", name=name), "success")
    return redirect(url_for("posts.profile", username=name))


@blueprint.post("/unfollow/<username>")
@login_required
def unfollow(username: str) -> Answer:
    """Stop following somebody."""
    _require_token()
    with transaction():
        followed = get_user(username)
        name, ended = followed.username, service.unfollow(current_user, followed)
    flash(
        _("You no longer follow %(name)s.", name=name) if ended else _("You did not follow %(name)s.", name=name),
        "info",
    )
    return redirect(url_for("posts.profile", username=name))


@blueprint.route("/edit_profile", methods=["GET", "POST"])
@login_required
def edit_profile() -> Answer:
    """Change one's name and what one says of oneself."""
    form = ProfileForm(obj=current_user)
    if form.validate_on_submit():
        try:
            with transaction():
                service.change_profile(current_user, form.username.data, form.about_me.data)
        except Conflict as error:
            attach(form, error, str(error.values["field"]))
        except Invalid as error:
            attach(form, error, error.field)
        else:
            flash(_("Your profile is saved."), "success")
            return redirect(url_for("posts.profile", username=current_user.username))
    return _form_page("accounts/edit_profile.html", form, about_length=ABOUT_LENGTH)


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
    return _form_page("accounts/change_password.html", form)


def _require_token() -> None:
    if not checked_token():
        raise BadRequest


def _form_page(template: str, form: Any, **values: Any) -> Answer:
    page = render_template(template, form=form, **values)
    return (page, status_of(form)) if form.is_submitted() else page
