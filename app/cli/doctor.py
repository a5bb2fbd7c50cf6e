"""`flask doctor`: how the appliance is, on one screen that can be shown to anybody."""

from __future__ import annotations

import logging
import sys

import click
from flask.cli import with_appcontext

from ..core.database import db
from ..health.check import STATUSES, worst
from ..health.examination import examine, report


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Look at everything that could be wrong; the status is 0 if all is well, 1 after a warning, 2 after a failure."""
    # What breaks a check is told by its kind alone; a trace could give something away.
    logging.disable()
    found = examine()
    logging.disable(logging.NOTSET)
    db.session.remove()
    for line in report(found):
        click.echo(line)
    sys.exit(STATUSES.index(worst(found.values())))
