"""Commands for what stays behind after a restore or an upgrade."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from ..backup.leftovers import Leftover, find_leftover, leftovers, remove_leftover
from ..web.context import settings
from .backup import mebibytes, told


@click.command("old")
@with_appcontext
@told
def list_old() -> None:
    """List data of before a restore and copies of before an upgrade; `remove-old` removes one."""
    kept = leftovers(settings().data_dir)
    for each in kept:
        click.echo(_described(each))
    if not kept:
        click.echo("there is none")


@click.command("remove-old")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
@told
def remove_old(name: str, yes: bool) -> None:
    """Remove one of them for good, by its name in the list."""
    data_dir = settings().data_dir
    click.echo(_described(find_leftover(data_dir, name)))
    if not yes:
        click.confirm("Remove it for good?", abort=True)
    remove_leftover(data_dir, name)
    click.echo(f"removed {name}")


def _described(kept: Leftover) -> str:
    what = "data of before a restore" if kept.is_data else "copy of before an upgrade"
    return f"{kept.name}\t{mebibytes(kept.size)}\t{what}"


LEFTOVERS = (list_old, remove_old)
