"""Commands of backups; `./backup.sh` calls them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from io import BytesIO
from pathlib import Path
from tarfile import TarError
from tarfile import open as open_tar
from typing import Any

import click
from flask.cli import AppGroup

from ..backup.archive import check_archive, read_manifest
from ..backup.elsewhere import advice
from ..backup.making import Made, Sources, is_unchanged, make_backup
from ..backup.manifest import AUTHORITY, Manifest, file_name
from ..backup.snapshot import BackupError
from ..backup.store import Occupied, Store
from ..boot.refusal import Refusal
from ..boot.restore import restore_backup
from ..boot.volume import take_lock
from ..core.time import utc_now
from ..core.version import VERSION
from ..web.context import settings

backup = AppGroup("backup", help="Backups.")
FAILED, OCCUPIED = 1, 75
STOP_SECONDS = 30
STANDARD_INPUT = "-"
MEBIBYTE = 2**20
MOST_AUTHORITY = 64 * 1024


def told(command: Callable[..., None]) -> Callable[..., None]:
    """Tell what went wrong in a line, with a status: 75 if another backup is being made, else 1."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except BackupError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(OCCUPIED if isinstance(error, Occupied) else FAILED)

    return run


def the_store() -> Store:
    """The backups of this appliance; raises BackupError where they would not be of its database."""
    chosen = settings()
    if chosen.database:
        raise BackupError(advice(chosen.database.url))
    return Store(chosen.data_dir)


def the_sources(extra: dict[str, bytes] | None = None) -> Sources:
    """What this appliance has to keep."""
    chosen = settings()
    return Sources(chosen.data_dir, VERSION, chosen.secret_key, extra or {})


@backup.command("now")
@click.option("--gently", is_flag=True, help="Let everything else go first.")
@click.option("--if-changed", is_flag=True, help="Make none if nothing has changed since the newest one.")
@click.option("--if-older", type=int, default=0, metavar="HOURS", help="Make none if the newest is not older.")
@click.option("--authority", type=click.File("rb"), help="A tar file of the certificate authority; -: standard input.")
@told
def now(gently: bool, if_changed: bool, if_older: int, authority: BytesIO | None) -> None:
    """Make a backup, whether the appliance runs or not."""
    if gently:
        os.nice(10)
    store, sources = the_store(), the_sources(_authority_in(authority))
    if if_changed and is_unchanged(store, sources):
        click.echo("nothing has changed since the newest backup")
        return
    newest = store.newest()
    if newest is not None and timedelta(0) <= utc_now() - newest.created < timedelta(hours=if_older):
        click.echo(f"{newest.path.name} is not older than {if_older} hours")
        return
    _tell(make_backup(store, sources))


def _authority_in(source: BytesIO | None) -> dict[str, bytes]:
    """The certificate authority out of a tar file of the folder `ca`."""
    if source is None:
        return {}
    try:
        with open_tar(fileobj=source, mode="r|") as archive:
            found = {
                f"tls/{member.name.removeprefix('./')}": content.read()
                for member in archive
                if member.size <= MOST_AUTHORITY and (content := archive.extractfile(member))
            }
        return {name: found[name] for name in AUTHORITY}
    except (TarError, KeyError) as error:
        raise BackupError(f"the certificate authority could not be read ({error})") from error


def _tell(made: Made) -> None:
    for name in made.removed:
        click.echo(f"removed {name}, which is superfluous by now")
    if not made.manifest.clock_ok:
        click.echo("the clock seems to be wrong, so no older backup was removed")
    click.echo(f"made {made.path.name}: {_described(made.manifest)}, {mebibytes(made.path.stat().st_size)}")


def _described(manifest: Manifest) -> str:
    rows = sum(manifest.rows.values())
    authority = "with" if manifest.has_authority else "without"
    return f"{rows} rows, {len(manifest.files) - 1} other files, {authority} the certificate authority"


def mebibytes(size: int) -> str:
    """A size with one decimal, as the lists of backups show it."""
    return f"{size / MEBIBYTE:.1f} MiB"


@backup.command("list")
@told
def list_backups() -> None:
    """List all backups, newest first, and say how it stands."""
    store = the_store()
    backups = store.backups()
    for each in backups:
        click.echo(f"{each.path.name}\t{mebibytes(each.size)}\t{_kind(each.path)}")
    click.echo(_standing(store))


def _kind(path: Path) -> str:
    try:
        return "with the certificate authority" if read_manifest(path).has_authority else ""
    except BackupError:
        return "damaged"


def _standing(store: Store) -> str:
    newest, failed = store.newest(), store.status().get("failed")
    if failed:
        return f"the newest attempt failed ({failed['at']}): {failed['error']}"
    if newest is None:
        return "there is no backup yet"
    hours = (utc_now() - newest.created).total_seconds() / 3600
    if hours < -1:
        return "the newest is from the future: the clock is wrong, or was"
    unchanged = "; nothing has changed since" if is_unchanged(store, the_sources()) else ""
    return f"the newest is {hours:.0f} hours old{unchanged}"


@backup.command("verify")
@click.argument("name", default="")
@told
def verify(name: str) -> None:
    """Read all of a backup, the newest if none is named (-: standard input), and compare every file with its sum."""
    path = Path("/dev/stdin") if name == STANDARD_INPUT else chosen_backup(the_store(), name)
    manifest = check_archive(path)
    click.echo(f"{file_name(manifest.created, manifest.version)} is sound: {_described(manifest)}")


def chosen_backup(store: Store, name: str) -> Path:
    """The backup of that name, or the newest; raises BackupError if there is none."""
    newest = store.newest()
    if not name and newest is None:
        raise BackupError("there is no backup yet")
    return store.find(name) if name or newest is None else newest.path


@backup.command("restore")
@click.argument("name")
@click.option("--stop", is_flag=True, help="Stop the appliance if it runs; you start it again afterwards.")
@told
def restore(name: str, stop: bool) -> None:
    """Put a backup in the place of the data, which is kept aside. Interrupted, the next run or start goes on."""
    chosen, store = settings(), the_store()
    try:
        click.echo(restore_backup(store, chosen.data_dir, store.find(name), lambda: _take_lock(stop)))
    except Refusal as refusal:
        raise BackupError(str(refusal)) from refusal


def _take_lock(stop: bool) -> None:
    """Make sure that nobody has the data open, until this command ends."""
    chosen = settings()
    try:
        take_lock(chosen.data_dir, 0)
    except Refusal as refusal:
        if not stop:
            raise BackupError("the appliance is running; stop it first") from refusal
        click.echo("stopping the appliance", err=True)
        _stop(chosen.run_dir / "supervisord.pid")
        take_lock(chosen.data_dir, STOP_SECONDS)


def _stop(pid_file: Path) -> None:
    try:
        os.kill(int(pid_file.read_text()), signal.SIGTERM)
    except (OSError, ValueError) as error:
        raise BackupError(
            "the appliance is running, but not where it can be stopped from here; stop it first"
        ) from error
