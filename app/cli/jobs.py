"""Commands of jobs: see what failed, try it again, or drop it."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from ..core.database import db, transaction
from ..core.time import utc_now
from ..jobs.overview import GIVEN_UP, RETRYING, RUNNING, WAITING, JobSummary, drop, list_jobs, retry
from .explained import explained

MINUTE, HOUR, DAY = 60, 3600, 86400
SEE = "List the jobs: flask jobs list --all"

jobs = AppGroup("jobs", help="Work that the worker has to do.")
kind_option = click.option("--kind", default="", metavar="KIND", help="Only jobs of this kind, such as mail.send.")
ids_argument = click.argument("ids", nargs=-1, type=click.IntRange(1), metavar="[ID]...")


@jobs.command("list")
@click.option("--all", "everything", is_flag=True, help="Also jobs that wait or run.")
@kind_option
@explained
def list_command(everything: bool, kind: str) -> None:
    """List jobs that were given up or failed and are tried again: id, kind, state, attempts, age, next try, error."""
    states = (GIVEN_UP, RETRYING, RUNNING, WAITING) if everything else (GIVEN_UP, RETRYING)
    found = list_jobs(db.session(), states=states, kind=kind)
    for job in found:
        click.echo("\t".join(_columns(job)))
    if not found:
        click.echo("no jobs" if everything else "no job has failed")


@jobs.command("retry")
@ids_argument
@click.option("--all", "everything", is_flag=True, help="All jobs that failed or were given up.")
@kind_option
@explained
def retry_command(ids: tuple[int, ...], everything: bool, kind: str) -> None:
    """Try jobs that failed or were given up again now: those with these IDs, or --all."""
    chosen = _chosen(ids, everything, kind)
    if chosen is not None:
        by_id = {job.id: job for job in _all(kind)}
        for number in sorted(chosen):
            _refuse_unless_retriable(number, by_id.get(number))
    with transaction() as session:
        changed = retry(session, chosen, kind=kind)
    click.echo(f"{_count(changed)} will be tried again now")


@jobs.command("drop")
@ids_argument
@click.option("--all", "everything", is_flag=True, help="All jobs that were given up.")
@kind_option
@explained
def drop_command(ids: tuple[int, ...], everything: bool, kind: str) -> None:
    """Remove jobs for good: those with these IDs in whatever state, or --all that were given up."""
    chosen = _chosen(ids, everything, kind)
    if chosen is not None:
        known = {job.id for job in _all(kind)}
        for number in sorted(chosen - known):
            raise click.ClickException(f"job {number} cannot be dropped: there is no such job. {SEE}")
    with transaction() as session:
        changed = drop(session, chosen, kind=kind)
    click.echo(f"{_count(changed)} dropped")


def _chosen(ids: tuple[int, ...], everything: bool, kind: str) -> set[int] | None:
    """Return the ids, None for all; raise UsageError unless either was named."""
    if bool(ids) == (everything or bool(kind)):
        raise click.UsageError("Name the IDs of jobs, or --all or --kind KIND. List them: flask jobs list")
    return set(ids) if ids else None


def _all(kind: str) -> list[JobSummary]:
    states = (GIVEN_UP, RETRYING, RUNNING, WAITING)
    return list_jobs(db.session(), states=states, kind=kind, most=None)


def _refuse_unless_retriable(number: int, job: JobSummary | None) -> None:
    if job is None:
        raise click.ClickException(f"job {number} cannot be retried: there is no such job. {SEE}")
    if job.state not in (GIVEN_UP, RETRYING):
        raise click.ClickException(f"job {number} cannot be retried: it has not failed. {SEE}")
    if not job.can_retry:
        advice = f"Remove it: flask jobs drop {number}"
        raise click.ClickException(f"job {number} cannot be retried: its content was erased. {advice}")


def _columns(job: JobSummary) -> list[str]:
    now = utc_now()
    age = _duration((now - job.created_at).total_seconds())
    wait = (job.due - now).total_seconds() if job.due else None
    following = "-" if wait is None or job.state == RUNNING else "now" if wait <= 0 else f"in {_duration(wait)}"
    error = " ".join((job.error or "").split())
    return [str(job.id), job.kind, job.state, f"{job.attempts} attempts", f"{age} old", following, error]


def _duration(seconds: float) -> str:
    for unit, letter in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= unit:
            return f"{seconds / unit:.0f} {letter}"
    return f"{max(0.0, seconds):.0f} s"


def _count(number: int) -> str:
    return "1 job" if number == 1 else f"{number} jobs"
