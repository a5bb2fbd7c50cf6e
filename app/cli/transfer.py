"""Commands by which `./backup.sh` moves backups in and out; people have no need of them."""

from __future__ import annotations

import io
import sys
import tarfile

import click
from flask.cli import with_appcontext

from ..backup.archive import check_archive, read_member
from ..backup.manifest import AUTHORITY, file_name
from ..backup.restoring import check_usable
from ..backup.snapshot import sync
from ..core.database import transaction
from ..mail.reports import failure_letters
from ..mail.service import send_later
from ..web.context import settings
from .backup import MEBIBYTE, the_store, told
from .explained import explained


@click.command("receive", hidden=True)
@with_appcontext
@told
def receive() -> None:
    """Take a backup from standard input into the folder of backups, if it is sound; its name is the last word."""
    store = the_store()
    with store.workspace() as work:
        arrived = work / "arrived.tar.gz"
        with arrived.open("wb") as file:
            while piece := sys.stdin.buffer.read(MEBIBYTE):
                file.write(piece)
        manifest = check_archive(arrived)
        check_usable(manifest)
        arrived.chmod(0o600)
        sync(arrived)
        name = file_name(manifest.created, manifest.version)
        arrived.rename(store.folder / name)
        sync(store.folder)
    click.echo(f"received {name}")


@click.command("send", hidden=True)
@with_appcontext
@click.argument("name")
@told
def send(name: str) -> None:
    """Write a backup to standard output."""
    with the_store().find(name).open("rb") as file:
        while piece := file.read(MEBIBYTE):
            sys.stdout.buffer.write(piece)


@click.command("authority", hidden=True)
@with_appcontext
@click.argument("name")
@told
def authority(name: str) -> None:
    """Write the certificate authority of a backup, if it has one, to standard output: a tar file of the folder `ca`."""
    path = the_store().find(name)
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as target:
        for each in AUTHORITY:
            content = read_member(path, each)
            if content is not None:
                member = tarfile.TarInfo(each.removeprefix("tls/"))
                member.size, member.mode = len(content), 0o600
                target.addfile(member, io.BytesIO(content))


@click.command("tell-admins", hidden=True)
@click.argument("failure")
@with_appcontext
@explained
def tell_admins(failure: str) -> None:
    """Have a letter about a failed backup sent to ADMINS."""
    chosen = settings().mail
    with transaction():
        for letter in failure_letters(failure, chosen.admins if chosen else ()):
            send_later(letter)


TRANSFER = (receive, send, authority, tell_admins)
