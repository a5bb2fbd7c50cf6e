"""The application: everything wired together here, and nothing made at import."""

from __future__ import annotations

import click
from flask import Flask

from .accounts.routes import init_accounts
from .administration.routes import init_administration
from .audit.routes import init_audit
from .core.config import Settings
from .core.database import configure_engine, db, engine_options, use_write_queue
from .core.environment import SettingsError
from .core.logs import init_logs
from .core.room import use_folder
from .core.version import VERSION
from .exports.routes import init_exports
from .health.pages import init_standing
from .health.readiness import init_health
from .invitations.routes import init_invitations
from .jobs.wake import use_pipe
from .mail.reports import ErrorReports
from .messages.routes import init_messages
from .notifications.routes import init_notifications
from .people.api import init_people
from .posts.routes import init_posts
from .preferences.routes import init_preferences
from .recovery.routes import init_recovery
from .search.engine import make_index
from .search.interface import SearchIndex
from .second_factor.routes import init_second_factor
from .security.routes import init_security as init_security_pages
from .sessions.routes import init_sessions
from .setup.routes import init_setup
from .tokens.routes import init_tokens
from .translating.routes import init_translating
from .translators.service import make_translator
from .trust.routes import init_trust
from .web.context import SETTINGS
from .web.errors import REPORT, init_errors
from .web.reference import init_reference
from .web.request import init_request
from .web.security import init_security, security_settings
from .web.templating import init_templating

__all__ = ["VERSION", "Settings", "assemble", "create_app"]


def create_app(settings: Settings | None = None, index: SearchIndex | None = None) -> Flask:
    """The application as `flask` runs it: with its commands, those of `flask db` among them."""
    # Imported here: commands bring libraries along that the web processes and the worker do without.
    from .cli import register_commands  # noqa: PLC0415  see above

    try:
        app = assemble(settings, index)
    except SettingsError as error:
        # Flask would print any other exception, then go on and say that it does not know the command.
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(error.exit_status) from None
    register_commands(app)
    return app


def assemble(settings: Settings | None = None, index: SearchIndex | None = None) -> Flask:
    """The application for these settings (default: from the environment) and this engine (default: as they say)."""
    settings = settings or Settings.from_environment()
    init_logs()
    # Files are sent by web/static_files.py.
    app = Flask(__name__, static_folder=None)
    app.config.update(security_settings(settings))
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    authority = settings.database.authority if settings.database else None
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.web_threads, settings.database_url, authority)
    app.extensions[SETTINGS] = settings
    init_database(app, settings)
    init_security(app, settings)
    init_templating(app, settings)
    init_errors(app)
    if settings.mail and settings.mail.admins:
        app.extensions[REPORT] = ErrorReports(settings.mail.admins)
    init_audit(app)
    init_accounts(app)
    init_setup(app)
    init_second_factor(app)
    init_sessions(app)
    init_trust(app)
    init_security_pages(app)
    init_preferences(app)
    init_recovery(app)
    init_invitations(app)
    init_tokens(app)
    init_posts(app, index or make_index(settings))
    init_translating(app, make_translator(settings.translator, settings.web_threads) if settings.translator else None)
    init_people(app)
    init_messages(app)
    init_notifications(app)
    init_exports(app)
    init_reference(app, VERSION)
    init_administration(app)
    init_health(app)
    init_standing(app)
    init_request(app)
    return app


def init_database(app: Flask, settings: Settings) -> None:
    """The engine with our transactions, the writers' queue, and the pipe that wakes the worker."""
    db.init_app(app)
    with app.app_context():
        configure_engine(db.engine)
    use_write_queue(None if settings.database else settings.data_dir / ".write.lock")
    use_folder(settings.data_dir)
    use_pipe(settings.run_dir)
