"""Commands for where the data is kept."""

from __future__ import annotations

import os
import sys

import click
from flask.cli import AppGroup

from ..boot.refusal import Refusal
from ..copying.comparing import Copied
from ..copying.moving import move
from ..core.address import shown
from ..core.config import Settings
from ..core.database import Base
from ..core.database_settings import SQLITE, DatabaseSettings, database_settings
from ..core.environment import SettingsError, Source
from ..web.context import settings
from .explained import explained
from .progress import watched

data = AppGroup("data", help="Where the data is kept.")
UNCHANGED = "Nothing was copied; everything is as it was."


@data.command("copy")
@click.option("--to", "place", metavar="PLACE", required=True, help="An address as in DATABASE_URL; or: sqlite.")
@explained
def copy(place: str) -> None:
    """Copy everything in the database to another kind of database, while the appliance is stopped.

    It is read from where the appliance keeps it now, as the settings say. PLACE is mysql://USER:PASSWORD@HOST/DATABASE,
    postgresql://USER:PASSWORD@HOST/DATABASE, or sqlite: the file app.db in the data folder; - reads it from standard
    input, which no list of processes shows. It must be empty. DATABASE_PASSWORD and DATABASE_CA count for it, too.
    All or nothing: whatever interrupts it, PLACE is as empty as before.
    """
    chosen = settings()
    goal = _goal(sys.stdin.readline().strip() if place == "-" else place)
    if goal == chosen.database:
        raise click.ClickException("the data is there already")
    try:
        copied = move(chosen, goal, Base.metadata.sorted_tables, watched, click.echo)
    except (Refusal, OSError) as error:
        raise click.ClickException(f"{error} ({UNCHANGED})") from error
    except KeyboardInterrupt as error:
        raise click.ClickException(f"interrupted. {UNCHANGED}") from error
    _tell(copied, chosen, goal)


def _goal(place: str) -> DatabaseSettings | None:
    """The server that is meant, None for the file in the data folder."""
    if place.lower() == SQLITE:
        return None
    try:
        goal = database_settings(Source(os.environ | {"DATABASE_URL": place}))
    except SettingsError as error:
        raise click.ClickException(str(error).replace("DATABASE_URL", "--to")) from error
    if goal is None:
        raise click.ClickException("write --to sqlite: the file is app.db in the data folder")
    return goal


def _tell(copied: list[Copied], chosen: Settings, goal: DatabaseSettings | None) -> None:
    width = max(len(each.table) for each in copied)
    click.echo(f"\n{'table':{width}} {'rows':>12}  sum")
    for each in copied:
        click.echo(f"{each.table:{width}} {each.fingerprint.rows:>12,}  {each.fingerprint}")
    rows = sum(each.fingerprint.rows for each in copied)
    click.echo(f"\nCopied and compared: {len(copied)} tables, {rows:,} rows.\n")
    click.echo("\n".join(_advice(chosen, goal)))


def _advice(chosen: Settings, goal: DatabaseSettings | None) -> list[str]:
    """What to do now, and what is not in the database."""
    folder = chosen.data_dir
    if goal is not None:
        lines = [
            f"Now: DATABASE_URL={shown(goal.url)} (with the password) into .env, then start the appliance.",
            "From then on backups are yours: mariadb-dump or pg_dump. Ours are of SQLite.",
        ]
    else:
        lines = ["Now: remove DATABASE_URL from .env, then start the appliance. Nightly backups are made again."]
    return [
        *lines,
        "Where the data was nothing was changed; remove it once all is well.",
        f"Not in the database, and still in {folder}: the key (secret_key), exports (media/exports), the search",
        "index (search). On another machine: take the key and the exports along; the index is made anew by itself,",
        "or at once by: flask search rebuild",
    ]
