"""Pages on which administrators look after the people of the appliance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from ..accounts.emails import tell_second_factor
from ..accounts.models import User
from ..audit import service as audit
from ..core.database import transaction
from ..core.errors import Invalid
from ..web.context import SILENT, is_api, settings, site_address, visitor_address
from ..web.forms import Form, attach, checked_token, status_of, told
from ..web.guard import administrator_required
from ..web.paging import linked, position
from . import queries, service
from .forms import DeletionForm

blueprint = Blueprint("administration", __name__, url_prefix="/admin")
LONGEST_BEGINNING = 120
# These show no navigation, so they need no number of people who wait.
WITHOUT_BADGE = SILENT | {"notifications.feed", "posts.popup"}

Answer = str | Response | tuple[str, int]
Act = Callable[[User], None]


def init_administration(app: Flask) -> None:
    """The pages, and for administrators the number of people who wait for approval on every page."""
    app.before_request(_count_waiting)
    app.register_blueprint(blueprint)


def _count_waiting() -> None:
    if settings().registration != "approval" or is_api() or request.endpoint in WITHOUT_BADGE:
        return
    if current_user.is_authenticated and current_user.is_admin:
        g.waiting_people = queries.count_waiting()


@blueprint.get("/people")
@administrator_required
def people() -> Answer:
    """Everybody, or those whose name or address begins somehow, or who wait, are suspended or are administrators."""
    beginning = request.args.get("q", "").replace("\0", "").strip()[:LONGEST_BEGINNING]
    shown = request.args.get("show", "")
    shown = shown if shown in queries.NARROWED else ""
    arguments = {name: value for name, value in (("q", beginning), ("show", shown)) if value}
    found = queries.people(beginning, shown, position(), settings().posts_per_page)
    return render_template(
        "administration/people.html",
        page=linked(found, "administration.people", **arguments),
        beginning=beginning,
        shown=shown,
        waiting=queries.count_waiting(),
    )


@blueprint.get("/people/<int:user_id>")
@administrator_required
def person(user_id: int) -> Answer:
    """One account, and what can be done about it."""
    return render_template("administration/person.html", account=queries.get_account(user_id))


@blueprint.post("/people/<int:user_id>/approve")
@administrator_required
def approve(user_id: int) -> Answer:
    """Let somebody in who waits."""
    address = site_address() if settings().mail else ""
    return _done(audit.APPROVED, user_id, lambda user: service.approve(user, address), _("%(name)s can log in now."))


@blueprint.post("/people/<int:user_id>/resume")
@administrator_required
def resume(user_id: int) -> Answer:
    """Let somebody in again who was suspended."""
    return _done(audit.RESUMED, user_id, service.resume, _("%(name)s can log in again."))


@blueprint.route("/people/<int:user_id>/refuse", methods=["GET", "POST"])
@administrator_required
def refuse(user_id: int) -> Answer:
    """Ask, then delete an account that waits."""
    return _asked(
        "refuse", audit.REFUSED, user_id, lambda user: service.refuse(user, current_user), _("%(name)s is refused.")
    )


@blueprint.route("/people/<int:user_id>/suspend", methods=["GET", "POST"])
@administrator_required
def suspend(user_id: int) -> Answer:
    """Ask, then keep somebody out."""
    return _asked(
        "suspend",
        audit.SUSPENDED,
        user_id,
        lambda user: service.suspend(user, current_user),
        _("%(name)s is suspended."),
    )


@blueprint.route("/people/<int:user_id>/promote", methods=["GET", "POST"])
@administrator_required
def promote(user_id: int) -> Answer:
    """Ask, then make somebody an administrator."""
    return _asked("promote", audit.PROMOTED, user_id, service.promote, _("%(name)s is an administrator now."))


@blueprint.route("/people/<int:user_id>/demote", methods=["GET", "POST"])
@administrator_required
def demote(user_id: int) -> Answer:
    """Ask, then make an administrator a member."""
    done = _("%(name)s is no longer an administrator.")
    return _asked("demote", audit.DEMOTED, user_id, lambda user: service.demote(user, current_user), done)


@blueprint.route("/people/<int:user_id>/second_factor", methods=["GET", "POST"])
@administrator_required
def remove_second_factor(user_id: int) -> Answer:
    """Ask, then let somebody log in with the password alone."""

    def act(user: User) -> None:
        service.remove_second_factor(user, current_user)
        tell_second_factor(user, on=False)

    return _asked("second_factor", audit.SECOND_FACTOR_OFF, user_id, act, _("%(name)s needs no code any more."))


@blueprint.route("/people/<int:user_id>/delete", methods=["GET", "POST"])
@administrator_required
def delete(user_id: int) -> Answer:
    """Say what will be gone, have the name typed, then delete an account."""
    form = DeletionForm()
    if form.validate_on_submit():
        try:
            with transaction():
                user = queries.get_user(user_id)
                name = user.username
                service.request_deletion(user, current_user, form.name.data)
                _record(audit.DELETED, user)
        except Invalid as error:
            attach(form, error, "name")
        else:
            flash(_("%(name)s is locked out and is being deleted.", name=name), "success")
            return redirect(url_for("administration.people"))
    page = render_template("administration/delete.html", form=form, account=queries.get_account(user_id))
    return (page, status_of(form)) if form.is_submitted() else page


def _asked(question: str, kind: str, user_id: int, act: Act, done: str) -> Answer:
    """A page that asks, and what the answer does."""
    form = Form()
    if form.validate_on_submit():
        return _done(kind, user_id, act, done)
    page = render_template("administration/confirm.html", form=form, question=question, user=queries.get_user(user_id))
    return (page, status_of(form)) if form.is_submitted() else page


def _done(kind: str, user_id: int, act: Act, done: str) -> Answer:
    """Do it, note it, and say so, or why not."""
    if not checked_token():
        raise BadRequest
    values: dict[str, Any] = {}
    try:
        with transaction():
            user = queries.get_user(user_id)
            values["name"] = user.username
            act(user)
            _record(kind, user)
    except Invalid as error:
        flash(told(error), "warning")
    else:
        flash(done % values, "success")
    return redirect(url_for("administration.person", user_id=user_id))


def _record(kind: str, user: User) -> None:
    audit.record(kind, actor=current_user.username, subject=user.username, address=visitor_address())
