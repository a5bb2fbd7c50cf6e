"""`flask doctor`: how the appliance is, on one screen that can be shown to anybody."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click
from flask.cli import with_appcontext

from ..core.database import db
from ..health import CHECKS, FAIL, OK, WARN, Check
from .findings import FINDINGS

# What to do when a check is not ok; names, addresses and passwords stand in none of these lines.
ADVICE = {
    "database": "look at the disk; `./backup.sh list` shows what can be put back",
    "schema": "start the appliance, which brings the data up to date, or use the version that wrote it",
    "worker": "is the appliance running? its log says why a worker does not come up",
    "search": "it catches up by itself; if it does not: flask search rebuild",
    "jobs": "the log says why work was given up; mail settings are the usual reason: flask mail test ADDRESS",
    "backup": "make one now and see what it says: ./backup.sh",
    "drill": "the newest backup is not good enough to live on: ./backup.sh, then ./backup.sh drill",
    "disk": "make room: old `before-restore-…` folders beside the data, unused images (docker image prune)",
    "sqlite": "this SQLite can damage a database that two processes use: use the image, or one from 3.51.3 on",
    "volume": "move the data to a disk of this machine with an ordinary file system, such as ext4",
    "log": "the write-ahead log is large, as when something reads for very long; restart the appliance",
    "memory": "close other programs, or raise MICROBLOG_MEMORY; MICROBLOG_WEB_WORKERS=1 takes the least",
    "clock": "set up network time: timedatectl set-ntp true",
    "web": "nothing answers: start the appliance, or look at its log",
    "certificate": "look at Nginx's log: docker compose logs nginx",
    "mail": "the mail server does not answer; see what it says: flask mail test ADDRESS",
    "old data": "when all is well, remove the `before-restore-…` folders beside the data",
}
STATUSES = (OK, WARN, FAIL)


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Look at everything that could be wrong; the status is 0 if all is well, 1 after a warning, 2 after a failure."""
    found = {name: _examined(check) for name, check in {**FINDINGS, **CHECKS}.items()}
    db.session.remove()
    for name, check in found.items():
        click.echo(f"{check.status:<5} {name:<12} {check.detail}")
        if check.status != OK and name in ADVICE:
            click.echo(f"      {'':<12} -> {ADVICE[name]}")
    worst = max(STATUSES.index(check.status) for check in found.values())
    click.echo(("all is well", "there is something to look at", "something is broken")[worst])
    sys.exit(worst)


def _examined(check: Callable[[], Check]) -> Check:
    """A check that breaks is a finding too, told by its kind alone, which gives nothing away."""
    try:
        return check()
    except Exception as error:
        return Check(FAIL, type(error).__name__)
