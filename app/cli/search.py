"""Commands of the search index."""

from __future__ import annotations

import time
from collections.abc import Iterator

import click
from flask.cli import AppGroup

from ..core.database import db, transaction
from ..core.state import heartbeat_age
from ..core.time import utc_now
from ..indexed import build_catalogue
from ..jobs.service import count_waiting, oldest_waiting
from ..search.forms import engine
from ..search.interface import SearchUnavailable
from ..search.progress import read_progress
from ..search.service import REBUILD, UPDATE, record_change, request_rebuild
from ..search.tasks import Difference, differences
from ..web.context import settings
from .explained import explained

SECONDS_BETWEEN_LOOKS = 0.5
SILENT_WORKER_SECONDS = 60.0
NO_WORKER = "the worker does not run; it makes the index anew as soon as it does"

search = AppGroup("search", help="The search index.")


@search.command("status")
@explained
def status() -> None:
    """Say which engine is used, what it holds, and what waits to be indexed."""
    click.echo(f"engine: {settings().search.engine}")
    try:
        click.echo(f"documents in the index: {engine().count()}")
    except SearchUnavailable as error:
        click.echo(f"documents in the index: none can be read ({error})")
    click.echo(f"documents in the database: {build_catalogue().count()}")
    waiting, oldest = count_waiting(db.session(), UPDATE), oldest_waiting(db.session(), UPDATE)
    age = f", the oldest for {(utc_now() - oldest).total_seconds():.0f} s" if oldest else ""
    click.echo(f"changes that wait: {waiting}{age}")
    if count_waiting(db.session(), REBUILD):
        click.echo(f"being made anew: {_told(read_progress(settings().run_dir))}")


@search.command("rebuild")
@click.option("--no-wait", is_flag=True, help="Do not show the progress.")
@explained
def rebuild(no_wait: bool) -> None:
    """Let the worker make the search index anew; searching goes on meanwhile."""
    with transaction():
        request_rebuild()
    age = heartbeat_age(settings().run_dir)
    if age is None or age > SILENT_WORKER_SECONDS:
        click.echo(NO_WORKER)
        return
    click.echo("the worker makes the search index anew")
    if no_wait:
        return
    for progress in _until_done():
        click.echo(f"\r{progress}", nl=False)
    click.echo("\rdone          ")


@search.command("verify")
@click.option("--repair", is_flag=True, help="Let the worker index what is missing and forget what is gone.")
@click.pass_context
@explained
def verify(context: click.Context, repair: bool) -> None:
    """Compare the index with the database, one by one; status 1 if they differ."""
    try:
        found = list(differences(engine(), build_catalogue()))
    except SearchUnavailable as error:
        raise click.ClickException(f"the index cannot be read: {error}") from error
    for difference in found:
        click.echo(f"{difference.kind}: {len(difference.missing)} missing, {len(difference.extra)} too many")
    if not any(difference.missing or difference.extra for difference in found):
        click.echo("the index holds what the database holds")
        return
    if repair:
        _repair(found)
        click.echo("the worker mends it")
        return
    context.exit(1)


def _repair(found: list[Difference]) -> None:
    with transaction():
        for difference in found:
            for number in difference.missing | difference.extra:
                record_change(difference.kind, number)


def _until_done() -> Iterator[str]:
    """What to say again and again until no rebuild waits any more."""
    while count_waiting(db.session(), REBUILD):
        db.session.rollback()
        yield _told(read_progress(settings().run_dir))
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _told(progress: tuple[int, int] | None) -> str:
    if progress is None:
        return "waiting      "
    done, total = progress
    return f"{min(100, 100 * done // max(1, total))} % of {total}"
