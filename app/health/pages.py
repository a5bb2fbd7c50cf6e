"""The page on which administrators see how everything stands, have a backup made, and remove old data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from ..audit import service as audit
from ..backup.leftovers import find_leftover, leftovers, remove_leftover
from ..backup.nightly import next_slot
from ..backup.progress import ask_for_backup, is_awaited, progress
from ..backup.snapshot import BackupError
from ..backup.store import Backup, Occupied, Store
from ..core.database import transaction
from ..core.errors import mark
from ..core.state import heartbeat_age
from ..core.time import utc_now
from ..jobs.wake import wake_worker
from ..web.context import SILENT, is_api, settings, visitor_address
from ..web.forms import require_token
from ..web.guard import administrator_required
from .check import OK, Check, worst
from .data import HEARTBEAT_FAIL
from .examination import ALL, examine, report
from .jobs import failed_jobs, init_failed_jobs
from .phrase import Phrase, translate_phrase
from .watch import read_standing

blueprint = Blueprint("standing", __name__, url_prefix="/admin/health")
WITHOUT_BADGE = SILENT | {"notifications.feed", "posts.popup", "standing.feed"}
# What the worker found longer ago is not told any more; it looks every five minutes.
STALE_SECONDS = 900.0
# Not asked over the network: whoever sees the page has the answer, and with one thread it would wait for itself.
WEB = "web"
DONE = 100

Answer = str | Response


@dataclass(frozen=True)
class Backups:
    """What the page shows of the backups; `percent` while one is being made or was asked for."""

    backups: list[Backup]
    noted: dict[str, Any]
    next_night: datetime | None
    percent: int | None
    # The database is on a server, whose own tool is there for that.
    elsewhere: bool

    def moment(self, section: str) -> datetime:
        """When what was noted in a section happened."""
        return datetime.fromisoformat(self.noted[section]["at"])


def init_standing(app: Flask) -> None:
    """The pages, and for administrators a mark on every page if something fails."""
    app.before_request(_note_troubles)
    app.jinja_env.filters["translate_phrase"] = translate_phrase
    app.register_blueprint(blueprint)
    init_failed_jobs(app)


def _note_troubles() -> None:
    """By small files in memory; nothing is looked at for a page."""
    if is_api() or request.endpoint is None or request.endpoint in WITHOUT_BADGE:
        return
    if current_user.is_authenticated and current_user.is_admin:
        run_dir = settings().run_dir
        standing, heartbeat = read_standing(run_dir), heartbeat_age(run_dir)
        fresh = standing is not None and standing.age < STALE_SECONDS
        silent = heartbeat is not None and heartbeat > HEARTBEAT_FAIL
        g.troubles = silent or (fresh and bool(standing and standing.troubles))


@blueprint.get("")
@administrator_required
def index() -> Answer:
    """Every check, the backups, and what is left of before; while a backup is made the page looks again by itself."""
    found = _examined()
    return render_template(
        "health/index.html",
        found=[(each, found[each.name]) for each in ALL],
        worst=worst(found.values()),
        report="\n".join(report(found)),
        backups=_backups(),
        failed_jobs=failed_jobs(),
        leftovers=leftovers(settings().data_dir),
    )


def _examined() -> dict[str, Check]:
    others = tuple(each.name for each in ALL if each.name != WEB)
    return examine(others) | {WEB: Check(OK, Phrase(mark("shows this page")))}


def _backups() -> Backups:
    chosen = settings()
    store = Store(chosen.data_dir)
    at = chosen.backup_at
    next_night = None if at is None else next_slot(utc_now(), at, chosen.time_zone)
    return Backups(store.backups(), store.status(), next_night, _percent(), elsewhere=chosen.database is not None)


def _percent() -> int | None:
    """How much of a backup is made; 0 while one that was asked for has not begun."""
    chosen = settings()
    running = progress(chosen.data_dir)
    return 0 if running is None and is_awaited(chosen.run_dir, Store(chosen.data_dir)) else running


@blueprint.get("/progress")
@administrator_required
def feed() -> list[dict[str, Any]]:
    """How far a backup is, as the script of the page asks."""
    percent = _percent()
    data = {"task_id": "backup", "progress": DONE if percent is None else percent, "failed": False}
    return [{"name": "task_progress", "data": data}]


@blueprint.post("/backup")
@administrator_required
def back_up() -> Answer:
    """Have the worker make a backup, unless one is being made."""
    require_token()
    if settings().database:
        # No page of ours asks for it.
        raise NotFound
    if _percent() is None:
        ask_for_backup(settings().run_dir)
        wake_worker()
        flash(_("The backup is being made."), "info")
    else:
        flash(_("One is being made already."), "info")
    return redirect(url_for("standing.index"))


@blueprint.get("/old/<name>")
@administrator_required
def ask_to_remove(name: str) -> Answer:
    """Say what will be gone."""
    try:
        return render_template("health/remove.html", leftover=find_leftover(settings().data_dir, name))
    except BackupError as error:
        raise NotFound from error


@blueprint.post("/old/<name>")
@administrator_required
def remove(name: str) -> Answer:
    """Remove it for good."""
    require_token()
    try:
        remove_leftover(settings().data_dir, name)
    except Occupied:
        flash(_("A backup is being made at this moment. Try again when that is done."), "warning")
    except BackupError as error:
        raise NotFound from error
    else:
        with transaction():
            audit.record(audit.OLD_DATA_REMOVED, actor=current_user.username, subject=name, address=visitor_address())
        flash(_("%(name)s is removed.", name=name), "success")
    return redirect(url_for("standing.index"))
