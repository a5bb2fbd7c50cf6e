"""The part of the status page about jobs that failed: what they are, and buttons to try them again or drop them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Flask, flash, redirect, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from ..core.database import db, transaction
from ..core.errors import mark
from ..core.paging import whole_number
from ..core.time import utc_now
from ..jobs.overview import GIVEN_UP, RETRYING, WAITING, JobSummary, drop, list_jobs, retry
from ..web.forms import require_token
from ..web.guard import administrator_required

blueprint = Blueprint("failed_jobs", __name__, url_prefix="/admin/health/jobs")
MAX_SHOWN, MAX_ID = 50, 2**63 - 1
# Work that waits for so long does not pass without help.
LONG_WAIT = timedelta(minutes=15)
TITLES = {
    "mail.send": mark("E-mail"),
    "recovery.send_link": mark("Link for a new password"),
    "invitations.answer_registration": mark("Answer to a registration"),
    "administration.tell_approved": mark("Notice of an approval"),
    "administration.delete": mark("Deletion of an account"),
    "exports.make": mark("Export"),
    "search.update": mark("Search index"),
    "search.rebuild": mark("Search index"),
    "translating.look_back": mark("Languages of older posts"),
}


@dataclass(frozen=True)
class FailedJob:
    """A job as the page shows it."""

    title: str
    job: JobSummary


def init_failed_jobs(app: Flask) -> None:
    """Add the two buttons' addresses."""
    app.register_blueprint(blueprint)


def failed_jobs() -> list[FailedJob]:
    """Return the oldest jobs that were given up, or that failed or wait for a long time."""
    since = utc_now() - LONG_WAIT
    session = db.session()
    found = list_jobs(session, states=(GIVEN_UP,), most=MAX_SHOWN)
    found += list_jobs(session, states=(RETRYING, WAITING), before=since, most=MAX_SHOWN)
    return [FailedJob(TITLES.get(job.kind, job.kind), job) for job in found[:MAX_SHOWN]]


@blueprint.post("/retry")
@administrator_required
def retry_jobs() -> Response:
    """Try one job again, or all that failed."""
    require_token()
    with transaction() as session:
        number = retry(session, _chosen())
    flash(ngettext("%(num)d job is tried again.", "%(num)d jobs are tried again.", number), "success")
    return redirect(url_for("standing.index"))


@blueprint.post("/drop")
@administrator_required
def drop_jobs() -> Response:
    """Remove one job, or all that were given up."""
    require_token()
    with transaction() as session:
        number = drop(session, _chosen())
    flash(ngettext("%(num)d job is removed.", "%(num)d jobs are removed.", number), "success")
    return redirect(url_for("standing.index"))


def _chosen() -> list[int] | None:
    """Return the id that was sent, None for all; no job for what is not an id."""
    text = request.form.get("id", "")
    if text == "all":
        return None
    number = whole_number(text, MAX_ID)
    return [] if number is None else [number]
