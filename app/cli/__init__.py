"""Commands of the shell, for whoever runs the appliance or works on it."""

from __future__ import annotations

import sqlalchemy
import sqlalchemy.orm
from flask import Flask
from flask_migrate import Migrate

from ..core.config import PROJECT_ROOT
from ..core.database import db, transaction
from .backup import backup
from .data import data
from .doctor import doctor
from .drill import DRILL
from .imports import imports
from .jobs import jobs
from .leftovers import LEFTOVERS
from .mail import mail
from .search import search
from .transfer import TRANSFER
from .translate import translate
from .translator import translator
from .user_actions import actions
from .users import users


def register_commands(app: Flask) -> None:
    """Add the commands to `flask`, and what its `db` commands need."""
    for action in actions:
        users.add_command(action)
    for group in (users, search, jobs, mail, translator, imports, backup, data, translate):
        app.cli.add_command(group)
    app.cli.add_command(doctor)
    for command in (*TRANSFER, *DRILL, *LEFTOVERS):
        backup.add_command(command)
    app.shell_context_processor(_shell_context)
    Migrate(app, db, directory=str(PROJECT_ROOT / "migrations"), render_as_batch=True)


def _shell_context() -> dict[str, object]:
    """What `flask shell` has at hand beside the tables, under upstream's names; `with transaction():` is for writes."""
    return {"sa": sqlalchemy, "so": sqlalchemy.orm, "transaction": transaction}
