"""Who it is that a request comes from: the log-in of its browser, begun, found and used."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, flash, g, make_response, redirect, render_template, request, session, url_for
from flask_babel import lazy_gettext as _l
from flask_login import LoginManager, current_user, login_url, login_user
from werkzeug.wrappers import Response as AnyResponse

from ..accounts.credentials import fingerprint_of, has_fingerprint
from ..accounts.emails import NOTICE_LIMIT
from ..accounts.models import User
from ..attempts.guard import is_known_browser, remember_browser
from ..attempts.service import allow_notice
from ..audit.service import LOGGED_IN, record
from ..core.database import db, transaction
from ..core.errors import Busy, StorageFull
from ..web.context import visitor_address
from ..web.kept import carried_form, carry_form, drop_form, keep_form, kept_path
from . import queries, service
from .emails import tell_new_device
from .forms import LoginForm

Answer = AnyResponse | tuple[str, int]

login_manager = LoginManager()
login_manager.login_view = "sessions.login"
login_manager.login_message = _l("Log in to see this page.")
login_manager.login_message_category = "info"
LOG_IN_FIRST = _l("You were logged out meanwhile. Log in: what you wrote is still here.")
# Blueprints whose pages count as being here.
PRESENCE = frozenset({"posts", "messages"})
SECOND_STEP, SECOND_STEP_SECONDS = "second_step", 600
# Where Flask keeps messages until a page shows them.
FLASHES = "_flashes"


@dataclass(frozen=True)
class PresentSession:
    """The log-in that a request belongs to, as it was when the request came: rows are read anew after a transaction."""

    id: int
    user_id: int
    remembered: bool
    use_due: bool


def init_guard(app: Flask) -> None:
    """Let every request know whose it is, and limit the e-mails that tell people of their accounts."""
    app.extensions[NOTICE_LIMIT] = allow_notice
    login_manager.init_app(app)
    login_manager.unauthorized_handler(_ask_to_log_in)
    login_manager.user_loader(_user_of)
    app.after_request(_note_presence)


def _ask_to_log_in() -> Answer:
    """Lead a visitor to the log-in page, with what was typed where a form was sent."""
    kept = keep_form()
    if kept and carry_form(kept) != HTTPStatus.FOUND:
        target = request.full_path.removesuffix("?")
        values = {"form": LoginForm(formdata=None), "kept": kept, "notice": LOG_IN_FIRST}
        page = render_template("sessions/login.html", action=_log_in_url(target), **values)
        return page, HTTPStatus.UNAUTHORIZED
    if not kept:
        # What somebody else typed in this browser, who went away.
        drop_form()
    flash(LOG_IN_FIRST if kept else login_manager.login_message, login_manager.login_message_category)
    return redirect(_log_in_url(request.url))


def _log_in_url(target: str) -> str:
    return str(login_url(str(login_manager.login_view), next_url=target))


def _user_of(token: str) -> User | None:
    found = queries.find_session(token)
    g.present_session = None
    if found is None:
        return None
    g.present_session = PresentSession(found.id, found.user_id, found.remembered, service.use_due(found))
    return found.user


def present_session() -> PresentSession:
    """The log-in that the running request belongs to; only for pages that ask for one."""
    # Who it is may not have been asked for yet.
    assert current_user.is_authenticated  # noqa: S101  a page without login_required is a mistake of ours
    present: PresentSession = g.present_session
    return present


def enter(user: User, *, remember: bool = False) -> None:
    """Log a visitor in, with a new token in the cookie."""
    renew_session()
    with transaction():
        user.session_token = service.begin_session(
            user, user_agent=request.user_agent.string, address=visitor_address(), remembered=remember
        )
    login_user(user, remember=remember)


def renew_session() -> None:
    """Empty the session except for its messages, so that nothing in it outlives a log-in or a log-out.

    Else a secret that one person has seen, such as that of a form or of a second factor, would be the next person's.
    """
    messages = session.get(FLASHES)
    session.clear()
    if messages:
        session[FLASHES] = messages


def let_in(user: User, target: str | None = None, *, remember: bool = False, is_new: bool = False) -> Response:
    """Log a visitor in who has proved who it is, note it, and lead them to `target` or home.

    What was typed before the log-in goes along, so that the page shows it again. The log-in of a new account is not
    noted, because the account was a moment ago.
    Where letters are sent, one tells of a device that was not seen before; a browser that has the mark was.
    """
    name, user_id, known, kept = user.username, user.id, is_known_browser(user), carried_form()
    enter(user, remember=remember)
    with contextlib.suppress(Busy, StorageFull), transaction():
        # Trouble with the list keeps nobody out.
        if not is_new:
            record(LOGGED_IN, subject=name, address=visitor_address())
        _note_device(user_id, known=known)
    path = kept_path(kept)
    response = make_response(redirect(path or target or url_for("posts.index"), carry_form(kept if path else "")))
    if (present := db.session.get(User, user_id)) is not None:
        remember_browser(response, present)
    return response


def _note_device(user_id: int, *, known: bool) -> None:
    user = db.session.get(User, user_id)
    seen = {"user_agent": request.user_agent.string, "address": visitor_address()}
    if user is not None and service.note_device(user, **seen) and not known:
        tell_new_device(user, **seen)


def begin_second_step(user: User, *, remember: bool) -> None:
    """Note in the visitor's cookie, which is signed, that the password was right; it lets nobody in yet."""
    session[SECOND_STEP] = [user.id, fingerprint_of(user), remember, int(time.time())]


def second_step() -> tuple[User, bool] | None:
    """Whose password was right a little while ago, and whether to keep them logged in."""
    user_id, fingerprint, remember, began = session.get(SECOND_STEP) or (0, "", False, 0)
    user = db.session.get(User, user_id) if time.time() - began < SECOND_STEP_SECONDS else None
    return (user, bool(remember)) if user is not None and has_fingerprint(user, fingerprint) else None


def end_second_step() -> None:
    """It is done."""
    session.pop(SECOND_STEP, None)


def _note_presence(response: Any) -> Any:
    """Note that somebody was here, at most every ten minutes: the one write that a GET may cause, after its answer."""
    present = g.get("present_session") if request.blueprint in PRESENCE else None
    if present is not None and response.status_code < 400 and present.use_due:
        with contextlib.suppress(Busy, StorageFull), transaction():
            service.note_use(present.id, present.user_id, visitor_address(), remembered=present.remembered)
    return response
