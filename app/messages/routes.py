"""Pages of private messages."""

from __future__ import annotations

import contextlib
from http import HTTPStatus

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from ..accounts.models import User
from ..accounts.queries import find_user, get_user, get_user_by_id
from ..core.database import transaction
from ..core.errors import Busy, Conflict, Invalid, NotFound, StorageFull, mark
from ..core.paging import LARGEST_ID, whole_number
from ..search.forms import engine, found_page, notices, question
from ..web.context import SILENT, is_program, settings
from ..web.errors import status_for
from ..web.forms import attach, status_of
from ..web.paging import linked, position
from . import queries, service
from .api import blueprint as api
from .forms import MessageForm

blueprint = Blueprint("messages", __name__)
# These show no navigation, so they need no number of unread messages.
RENAMED = mark("%(old)s is called %(new)s now. Your message is not sent yet: send it again if it is for %(new)s.")
WITHOUT_BADGE = SILENT | {"notifications.feed", "posts.popup"}

Answer = str | Response | tuple[str, int]


def init_messages(app: Flask) -> None:
    """The pages, the part of the API, and the number of unread messages for the navigation of every page."""
    app.before_request(_count_unread)
    app.register_blueprint(blueprint)
    app.register_blueprint(api)


def _count_unread() -> None:
    if is_program():
        return
    if request.endpoint is not None and request.endpoint not in WITHOUT_BADGE and current_user.is_authenticated:
        g.unread_messages = queries.count_unread(current_user)


@blueprint.get("/messages")
@login_required
def received() -> Answer:
    """What others wrote to me; seeing it is noted, once per new message, after the page is made."""
    seen_before = queries.read_up_to(current_user)
    newest = queries.newest_received(current_user)
    page = linked(queries.received(current_user, position(), settings().posts_per_page), "messages.received")
    g.unread_messages = 0
    content = render_template("messages/received.html", page=page, seen_before=seen_before)
    if newest > seen_before:
        user_id = current_user.id
        with contextlib.suppress(Busy, StorageFull), transaction():
            service.mark_read(user_id, newest)
    return content


@blueprint.get("/messages/sent")
@login_required
def sent() -> Answer:
    """What I wrote to others."""
    page = linked(queries.sent(current_user, position(), settings().posts_per_page), "messages.sent")
    return render_template("messages/sent.html", page=page)


@blueprint.get("/messages/search")
@login_required
def search() -> Answer:
    """What I wrote and received that fits a question."""
    asked = question()
    if not asked.text:
        return render_template("messages/search.html", asked=asked, found=None)
    size = settings().posts_per_page
    found = queries.find(
        engine(), asked.query, asked.position, size, viewer=current_user, newest=asked.newest, pinned=asked.pinned
    )
    return render_template(
        "messages/search.html",
        asked=asked,
        found=found,
        page=found_page(found, asked, "messages.search"),
        notices=notices(found, asked),
    )


@blueprint.get("/messages/with/<username>")
@login_required
def conversation(username: str) -> Answer:
    """What somebody and I wrote to each other, with a form to go on."""
    other = get_user(username)
    return redirect(url_for("messages.received")) if _is_oneself(other) else _conversation_page(other, MessageForm())


@blueprint.route("/send_message/<recipient>", methods=["GET", "POST"])
@login_required
def send(recipient: str) -> Answer:
    """Write to somebody."""
    form, status = MessageForm(), None
    user = _meant(recipient, form)
    if user is None:
        return _recipient_is_gone(recipient, form)
    if _is_oneself(user) and not form.is_submitted():
        return redirect(url_for("messages.received"))
    if form.is_submitted() and not _is_called(user, recipient):
        # Not sent: the visitor looks at the new name first.
        attach(form, Conflict(RENAMED, old=recipient, new=user.username), "message")
        return _conversation_page(user, form), HTTPStatus.CONFLICT
    if form.validate_on_submit():
        try:
            _send(form, recipient)
        except (Busy, StorageFull, Invalid) as error:
            # Back with the form and what was typed, which is in no other place.
            attach(form, error, "message")
            status = status_for(error)
        else:
            flash(_("Your message is sent."), "success")
            return redirect(url_for("messages.conversation", username=user.username))
    page = _conversation_page(user, form)
    return (page, status or status_of(form)) if form.is_submitted() else page


def _is_oneself(user: User) -> bool:
    return bool(user.id == current_user.id)


def _is_called(user: User, name: str) -> bool:
    holder = find_user(name)
    return holder is not None and holder.id == user.id


def _meant(name: str, form: MessageForm) -> User | None:
    """Return whom a message is for: the account that the form was made for, whatever its name is now.

    None if it is gone; raise NotFound for a name that nobody has where no text was sent.
    """
    if not form.is_submitted():
        return get_user(name)
    number = whole_number(form.recipient_id.data or "", LARGEST_ID)
    try:
        return get_user_by_id(number) if number else get_user(name)
    except NotFound:
        return None


def _recipient_is_gone(name: str, form: MessageForm) -> Answer:
    return render_template("messages/gone.html", name=name, form=form), HTTPStatus.NOT_FOUND


def _send(form: MessageForm, recipient: str) -> None:
    with transaction():
        service.send_message(
            current_user, get_user(recipient), form.message.data, settings().post_length, form.submission.data or ""
        )


def _conversation_page(other: User, form: MessageForm) -> str:
    found = queries.between(current_user, other, position(), settings().posts_per_page)
    page = linked(found, "messages.conversation", username=other.username)
    return render_template("messages/conversation.html", other=other, form=form, page=page)
