"""Checks of the backups and of whether somebody has tried to live on one."""

from __future__ import annotations

from datetime import datetime

from ..backup.making import Sources, is_unchanged
from ..backup.store import Store
from ..core.config import Settings
from ..core.schema import INITIALISED
from ..core.time import utc_now
from ..core.version import VERSION
from ..web.context import settings
from .check import OK, WARN, Check

BACKUP_WARN_HOURS = 26.0
# Drills are held every month where `./backup.sh install` was called.
DRILL_WARN_DAYS = 60
ELSEWHERE = "none here: the database is on a server, whose own tool makes them"


def backup() -> Check:
    """Never worse than a warning: an appliance without a backup is still one that works."""
    chosen = settings()
    if chosen.database:
        return Check(OK, ELSEWHERE)
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


def drill() -> Check:
    """Whether the newest drill went well, and is not long ago."""
    chosen = settings()
    if chosen.database:
        return Check(OK, ELSEWHERE)
    noted = Store(chosen.data_dir).status().get("drill")
    if noted is None:
        return Check(WARN if _hours_since_start(chosen) > DRILL_WARN_DAYS * 24 else OK, "none yet")
    told = f"{'went well' if noted['ok'] else 'failed'} on {noted['at'][:10]}"
    days = (utc_now() - datetime.fromisoformat(noted["at"])).days
    if noted["ok"] and days > DRILL_WARN_DAYS:
        return Check(WARN, f"{told}, {days} days ago")
    return Check(OK if noted["ok"] else WARN, told)


def _hours_since_start(chosen: Settings) -> float:
    """Since the appliance was first started."""
    marker = chosen.data_dir / INITIALISED
    return (utc_now().timestamp() - marker.stat().st_mtime) / 3600 if marker.exists() else 0.0
