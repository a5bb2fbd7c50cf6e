"""Commands that bring another program's data along."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from ..core.database import large_cache, transaction
from ..core.errors import Conflict, StorageFull
from ..imports.report import Report
from ..imports.service import Import, check_empty, room_needed
from ..imports.source import LEFT_OUT, Source, open_source
from ..web.context import settings
from .explained import explained
from .progress import watched

imports = AppGroup("import", help="Bring another program's data along.")
MIB = 2**20
UNCHANGED = "Nothing was brought along; the appliance is as it was."


@imports.command("microblog")
@click.argument("source")
@click.option("--admin", metavar="USERNAME", help="Make this account of the old Microblog an administrator.")
@click.option("--dry-run", is_flag=True, help="Read, check and report, and write nothing.")
@explained
def import_microblog(source: str, admin: str | None, dry_run: bool) -> None:
    """Bring everything of the original Microblog into this empty appliance.

    SOURCE is its database: a file such as app.db, mysql://USER:PASSWORD@HOST/DATABASE or
    postgresql://USER:PASSWORD@HOST/DATABASE; - reads that from standard input, which no list of processes shows.
    All or nothing: whatever interrupts it, the appliance is as empty as before.
    """
    address = sys.stdin.readline() if source == "-" else source
    folder = settings().data_dir
    try:
        check_empty()
        with open_source(address, folder) as old, Report(folder) as report:
            _run(Import(old, report, watched, admin), folder, dry_run)
    except StorageFull as error:
        raise click.ClickException(f"{folder} is full. {UNCHANGED}") from error
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written: {error.strerror}. {UNCHANGED}") from error
    except KeyboardInterrupt as error:
        raise click.ClickException(f"interrupted. {UNCHANGED}") from error
    _tell(report, admin, dry_run)


def _run(task: Import, folder: Path, dry_run: bool) -> None:
    _check_room(task.source, folder)
    if dry_run:
        task.rehearse()
        return
    with transaction() as session, large_cache(session):
        task.run()


def _check_room(source: Source, folder: Path) -> None:
    needed, free = room_needed(source), shutil.disk_usage(folder).free
    if free < needed:
        raise Conflict(
            f"the import takes about {needed // MIB + 1} MiB, but {folder} has only {free // MIB} MiB free; make room"
        )


def _tell(report: Report, admin: str | None, dry_run: bool) -> None:
    lines = ["", *report.table(), ""]
    if report.remarks:
        lines += [
            f"adjusted or left out, all of it in {report.path}:",
            *(f"  {each}" for each in report.shown_remarks()),
            "",
        ]
    lines += [f"Not brought along: log-ins, tokens of the API, what is in the tables {' and '.join(LEFT_OUT)}."]
    if dry_run:
        lines += ["This was a rehearsal: nothing was written but the report. Without --dry-run it is done."]
    else:
        lines += ["Everybody logs in as before. The worker makes the search index; until then searching is slower."]
        if admin is None:
            lines += ["Nobody is an administrator yet: flask user promote USERNAME"]
    click.echo("\n".join(lines))
