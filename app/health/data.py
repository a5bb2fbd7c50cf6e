"""Checks of the database and of what is done with it: its structure, the worker, the jobs, the search index."""

from __future__ import annotations

from sqlalchemy import text

from ..core.database import db
from ..core.schema import newest_revision, revision_of
from ..core.state import heartbeat_age
from ..core.time import utc_now
from ..jobs.overview import GIVEN_UP, RETRYING, tally
from ..jobs.service import oldest_due, oldest_waiting
from ..people.service import wrong_counts
from ..search.service import UPDATE
from ..web.context import settings
from .check import FAIL, OK, WARN, Check, graded

HEARTBEAT_WARN, HEARTBEAT_FAIL = 30.0, 120.0
# New rows gather for a quarter of a minute before they are indexed.
LAG_WARN, LAG_FAIL = 30.0, 300.0
# Work that is due is begun within a moment; only behind a long job does it wait.
DUE_WARN = 900.0
# What has failed for so long does not pass without help.
RETRYING_WARN = 3600.0


def database() -> Check:
    """Whether it answers."""
    db.session.execute(text("SELECT 1"))
    return Check(OK, "answers")


def schema() -> Check:
    """Whether its structure is the one that this version knows."""
    revision = revision_of(db.session.connection())
    return Check(OK if revision == newest_revision() else FAIL, f"revision {revision}")


def counts() -> Check:
    """Whether the numbers that are kept of each account are those of its posts and follows."""
    wrong = wrong_counts()
    return Check(WARN, f"wrong for {wrong} accounts") if wrong else Check(OK, "as many posts and follows as there are")


def worker() -> Check:
    """When it gave its last sign of life."""
    age = heartbeat_age(settings().run_dir)
    if age is None:
        return Check(FAIL, "has not started")
    return graded(age, HEARTBEAT_WARN, HEARTBEAT_FAIL, f"last sign of life {age:.0f} s ago")


def search() -> Check:
    """How long the change waits that has not been indexed for longest."""
    waiting = oldest_waiting(db.session(), UPDATE)
    lag = (utc_now() - waiting).total_seconds() if waiting else 0.0
    return graded(lag, LAG_WARN, LAG_FAIL, f"{settings().search.engine}, {lag:.0f} s behind")


def jobs() -> Check:
    """How many wait, whether one waits or fails for too long, how many were given up."""
    counts, now = tally(db.session()), utc_now()
    given_up = sum(each.count for each in counts if each.state == GIVEN_UP)
    due = oldest_due(db.session(), now)
    waited = (now - due).total_seconds() if due else 0.0
    failing = max(((now - each.oldest).total_seconds() for each in counts if each.state == RETRYING), default=0.0)
    detail = f"{given_up} given up, {sum(each.count for each in counts) - given_up} waiting"
    if waited > DUE_WARN or failing > RETRYING_WARN:
        return Check(WARN, f"{detail}, the oldest for {max(waited, failing) / 60:.0f} minutes")
    return Check(WARN if given_up else OK, detail)
