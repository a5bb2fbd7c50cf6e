"""Commands of the shell, for whoever runs the appliance or works on it."""

from __future__ import annotations

from flask import Flask
from flask_migrate import Migrate

from ..core.config import PROJECT_ROOT
from ..core.database import db
from .backup import backup
from .doctor import doctor
from .drill import DRILL
from .mail import mail
from .search import search
from .transfer import TRANSFER
from .translate import translate
from .users import users


def register_commands(app: Flask) -> None:
    """Add the commands to `flask`, and what its `db` commands need."""
    for group in (users, search, mail, backup, translate):
        app.cli.add_command(group)
    app.cli.add_command(doctor)
    for command in (*TRANSFER, *DRILL):
        backup.add_command(command)
    Migrate(app, db, directory=str(PROJECT_ROOT / "migrations"), render_as_batch=True)
