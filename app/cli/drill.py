"""The command of the drill, and of noting what came of it."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

import click
from flask.cli import with_appcontext

from ..backup.archive import read_manifest
from ..backup.manifest import file_name
from ..backup.snapshot import BackupError
from ..backup.store import Store
from ..boot.drill import drill
from ..core.time import utc_now
from .backup import MEBIBYTE, STANDARD_INPUT, chosen_backup, the_store, told

DRILL_EVERY = timedelta(days=30)


@click.command("drill")
@click.argument("name", default="")
@with_appcontext
@told
def drill_command(name: str) -> None:
    """Restore a backup, the newest if none is named, into a throw-away folder, start it, log in, count, remove it."""
    store = the_store()
    with store.workspace() as work:
        path = _received(work) if name == STANDARD_INPUT else chosen_backup(store, name)
        try:
            result = drill(path, work)
        except BackupError as error:
            if name != STANDARD_INPUT:
                _note(store, ok=False, detail=str(error))
            raise
    if name != STANDARD_INPUT:
        _note(store, ok=True, detail=result)
    click.echo(result)


def _received(work: Path) -> Path:
    """A backup from standard input: into a container that has nothing else, and is thrown away."""
    path = work / "arrived.tar.gz"
    with path.open("wb") as file:
        while piece := sys.stdin.buffer.read(MEBIBYTE):
            file.write(piece)
    manifest = read_manifest(path)
    return path.rename(work / file_name(manifest.created, manifest.version))


@click.command("note-drill", hidden=True)
@click.argument("outcome", type=click.Choice(["ok", "failed"]))
@click.argument("detail")
@with_appcontext
@told
def note_drill(outcome: str, detail: str) -> None:
    """Note what came of a drill that was held elsewhere."""
    _note(the_store(), ok=outcome == "ok", detail=detail)


@click.command("drill-due", hidden=True)
@with_appcontext
def drill_due() -> None:
    """Tell by the status whether a month has passed since the newest drill."""
    noted = the_store().status().get("drill")
    sys.exit(0 if noted is None or utc_now() - datetime.fromisoformat(noted["at"]) > DRILL_EVERY else 1)


def _note(store: Store, *, ok: bool, detail: str) -> None:
    store.note("drill", at=utc_now().isoformat(), ok=ok, detail=detail)


DRILL = (drill_command, note_drill, drill_due)
