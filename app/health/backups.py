"""Checks of the backups and of whether somebody has tried to live on one."""

from __future__ import annotations

from datetime import datetime

from ..backup.making import Sources, is_unchanged
from ..backup.store import Store
from ..core.config import Settings
from ..core.errors import mark
from ..core.schema import INITIALISED
from ..core.time import utc_now
from ..core.version import VERSION
from ..web.context import settings
from .check import OK, WARN, Check
from .phrase import Phrase

BACKUP_WARN_HOURS = 26.0
# Drills are held every month where `./backup.sh install` was called.
DRILL_WARN_DAYS = 60
ELSEWHERE = Phrase(mark("none here: the database is on a server, whose own tool makes them"))


def backup() -> Check:
    """Never worse than a warning: an appliance without a backup is still one that works."""
    chosen = settings()
    if chosen.database:
        return Check(OK, ELSEWHERE)
    store = Store(chosen.data_dir)
    newest = store.newest()
    if "failed" in store.status():
        return Check(WARN, Phrase(mark("the newest attempt failed")))
    if newest is None:
        status = WARN if _hours_since_start(chosen) > BACKUP_WARN_HOURS else OK
        return Check(status, Phrase(mark("there is none yet")))
    hours = (utc_now() - newest.created).total_seconds() / 3600
    if hours < -1:
        return Check(WARN, Phrase(mark("the newest is from the future: the clock is wrong, or was")))
    age = Phrase(mark("%(hours).0f h old"), hours=max(0.0, hours))
    if hours > BACKUP_WARN_HOURS and is_unchanged(store, Sources(chosen.data_dir, VERSION, chosen.secret_key)):
        return Check(OK, age.also(mark("and nothing has changed since")))
    return Check(WARN if hours > BACKUP_WARN_HOURS else OK, age)


def drill() -> Check:
    """Whether the newest drill went well, and is not long ago."""
    chosen = settings()
    if chosen.database:
        return Check(OK, ELSEWHERE)
    noted = Store(chosen.data_dir).status().get("drill")
    if noted is None:
        status = WARN if _hours_since_start(chosen) > DRILL_WARN_DAYS * 24 else OK
        return Check(status, Phrase(mark("there is none yet")))
    message = mark("went well on %(date)s") if noted["ok"] else mark("failed on %(date)s")
    detail = Phrase(message, date=noted["at"][:10])
    days = (utc_now() - datetime.fromisoformat(noted["at"])).days
    if noted["ok"] and days > DRILL_WARN_DAYS:
        return Check(WARN, detail.also(mark("%(days)s days ago"), days=days))
    return Check(OK if noted["ok"] else WARN, detail)


def _hours_since_start(chosen: Settings) -> float:
    """Since the appliance was first started."""
    marker = chosen.data_dir / INITIALISED
    return (utc_now().timestamp() - marker.stat().st_mtime) / 3600 if marker.exists() else 0.0
