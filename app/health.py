"""Whether it lives, and whether it is ready: for Docker, for Nginx, and for somebody who wonders."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, current_app
from sqlalchemy import text

from .backup.making import Sources, is_unchanged
from .backup.store import Store
from .core.config import Settings
from .core.database import db
from .core.schema import INITIALISED, newest_revision, revision_of
from .core.state import heartbeat_age
from .core.time import utc_now
from .core.version import VERSION
from .jobs.service import count_failed, oldest_waiting
from .search.service import UPDATE
from .web.context import settings

blueprint = Blueprint("health", __name__)
HEARTBEAT_WARN, HEARTBEAT_FAIL = 30.0, 120.0
DISK_WARN, DISK_FAIL = 200 * 2**20, 50 * 2**20
LAG_WARN, LAG_FAIL = 30.0, 300.0
BACKUP_WARN_HOURS = 26.0
OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True)
class Check:
    """One finding."""

    status: str
    detail: str


def init_health(app: Flask) -> None:
    """`/livez` for the process alone, `/readyz` for all that it needs."""
    app.register_blueprint(blueprint)


@blueprint.get("/livez")
def livez() -> tuple[str, int, dict[str, str]]:
    """The process answers."""
    return "ok", HTTPStatus.OK, {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/readyz")
def readyz() -> tuple[dict[str, Any], int]:
    """Everything that the appliance needs, each ok, warn or fail; status 503 if one fails."""
    results = {name: _guarded(check) for name, check in CHECKS.items()}
    worst = max((each.status for each in results.values()), key=(OK, WARN, FAIL).index)
    body = {"status": worst, "checks": {name: vars(check) for name, check in results.items()}}
    return body, HTTPStatus.SERVICE_UNAVAILABLE if worst == FAIL else HTTPStatus.OK


def _guarded(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception as error:
        current_app.logger.exception("a readiness check failed")
        return Check(FAIL, type(error).__name__)


def _graded(value: float, warn: float, fail: float, detail: str) -> Check:
    return Check(FAIL if value >= fail else WARN if value >= warn else OK, detail)


def _database() -> Check:
    db.session.execute(text("SELECT 1"))
    return Check(OK, "answers")


def _schema() -> Check:
    revision = revision_of(db.session.connection())
    return Check(OK if revision == newest_revision() else FAIL, f"revision {revision}")


def _worker() -> Check:
    age = heartbeat_age(settings().run_dir)
    if age is None:
        return Check(FAIL, "has not started")
    return _graded(age, HEARTBEAT_WARN, HEARTBEAT_FAIL, f"last sign of life {age:.0f} s ago")


def _disk() -> Check:
    free = shutil.disk_usage(settings().data_dir).free
    return Check(FAIL if free < DISK_FAIL else WARN if free < DISK_WARN else OK, f"{free // 2**20} MiB free")


def _search() -> Check:
    waiting = oldest_waiting(db.session(), UPDATE)
    lag = (utc_now() - waiting).total_seconds() if waiting else 0.0
    return _graded(lag, LAG_WARN, LAG_FAIL, f"{lag:.0f} s behind")


def _jobs() -> Check:
    failed = count_failed(db.session())
    return Check(WARN if failed else OK, f"{failed} given up")


def _backup() -> Check:
    """Never worse than a warning: an appliance without a backup is still one that works."""
    chosen = settings()
    store = Store(chosen.data_dir)
    newest = store.newest()
    if "failed" in store.status():
        return Check(WARN, "the newest attempt failed")
    if newest is None:
        return Check(WARN if _hours_since_start(chosen) > BACKUP_WARN_HOURS else OK, "there is none yet")
    hours = (utc_now() - newest.created).total_seconds() / 3600
    if hours < -1:
        return Check(WARN, "the newest is from the future: the clock is wrong, or was")
    if hours > BACKUP_WARN_HOURS and is_unchanged(store, Sources(chosen.data_dir, VERSION, chosen.secret_key)):
        return Check(OK, f"{hours:.0f} h old, and nothing has changed since")
    return Check(WARN if hours > BACKUP_WARN_HOURS else OK, f"{hours:.0f} h old")


def _drill() -> Check:
    """Whether the newest drill went well; that there was none is for the doctor to say."""
    noted = Store(settings().data_dir).status().get("drill")
    if noted is None:
        return Check(OK, "none yet")
    return Check(OK if noted["ok"] else WARN, f"{'went well' if noted['ok'] else 'failed'} on {noted['at'][:10]}")


def _hours_since_start(chosen: Settings) -> float:
    """Since the appliance was first started."""
    marker = chosen.data_dir / INITIALISED
    return (utc_now().timestamp() - marker.stat().st_mtime) / 3600 if marker.exists() else 0.0


CHECKS: dict[str, Callable[[], Check]] = {
    "database": _database,
    "schema": _schema,
    "worker": _worker,
    "disk": _disk,
    "search": _search,
    "jobs": _jobs,
    "backup": _backup,
    "drill": _drill,
}
