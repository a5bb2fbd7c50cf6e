"""Checks of the database and of what is done with it: its structure, the worker, the jobs, the search index."""

from __future__ import annotations

from sqlalchemy import text

from ..core.database import db
from ..core.errors import mark
from ..core.schema import newest_revision, revision_of
from ..core.state import heartbeat_age
from ..core.time import utc_now
from ..jobs.overview import GIVEN_UP, RETRYING, tally
from ..jobs.service import oldest_due, oldest_waiting
from ..people.service import wrong_counts
from ..search.service import UPDATE
from ..web.context import settings
from .check import FAIL, OK, WARN, Check, graded
from .phrase import Phrase

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
    return Check(OK, Phrase(mark("answers")))


def schema() -> Check:
    """Whether its structure is the one that this version knows."""
    revision = revision_of(db.session.connection())
    return Check(
        OK if revision == newest_revision() else FAIL, Phrase(mark("revision %(revision)s"), revision=revision)
    )


def counts() -> Check:
    """Whether the numbers that are kept of each account are those of its posts and follows."""
    wrong = wrong_counts()
    if wrong:
        return Check(WARN, Phrase(mark("wrong for %(count)s accounts"), count=wrong))
    return Check(OK, Phrase(mark("as many posts and follows as there are")))


def worker() -> Check:
    """When it gave its last sign of life."""
    age = heartbeat_age(settings().run_dir)
    if age is None:
        return Check(FAIL, Phrase(mark("has not started")))
    return graded(age, HEARTBEAT_WARN, HEARTBEAT_FAIL, Phrase(mark("last sign of life %(age).0f s ago"), age=age))


def search() -> Check:
    """How long the change waits that has not been indexed for longest."""
    waiting = oldest_waiting(db.session(), UPDATE)
    lag = (utc_now() - waiting).total_seconds() if waiting else 0.0
    detail = Phrase(settings().search.engine).also(mark("%(lag).0f s behind"), lag=lag)
    return graded(lag, LAG_WARN, LAG_FAIL, detail)


def jobs() -> Check:
    """How many wait, whether one waits or fails for too long, how many were given up."""
    counts, now = tally(db.session()), utc_now()
    given_up = sum(each.count for each in counts if each.state == GIVEN_UP)
    due = oldest_due(db.session(), now)
    waited = (now - due).total_seconds() if due else 0.0
    failing = max(((now - each.oldest).total_seconds() for each in counts if each.state == RETRYING), default=0.0)
    detail = Phrase(mark("%(count)s given up"), count=given_up)
    detail = detail.also(mark("%(count)s waiting"), count=sum(each.count for each in counts) - given_up)
    if waited > DUE_WARN or failing > RETRYING_WARN:
        minutes = max(waited, failing) / 60
        return Check(WARN, detail.also(mark("the oldest for %(minutes).0f minutes"), minutes=minutes))
    return Check(WARN if given_up else OK, detail)
