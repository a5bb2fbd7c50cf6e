"""Commands of the shell: accounts and the search index."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from secrets import token_urlsafe
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError

from .accounts import service
from .accounts.passwords import hash_password
from .accounts.queries import all_users, get_user
from .core.config import PROJECT_ROOT
from .core.database import db, transaction
from .core.errors import DomainError, NotFound
from .mail.letter import Letter
from .mail.mailer import Mailer, MailFailed
from .recovery.service import BY_HAND, make_token
from .recovery.tasks import PATH
from .search.service import request_rebuild
from .web.context import settings

users = AppGroup("user", help="Accounts.")
mail = AppGroup("mail", help="E-mail.")
search = AppGroup("search", help="The search index.")
NO_DATABASE = "there is no database here yet: start the appliance once, and check MICROBLOG_DATA_DIR"


def register_commands(app: Flask) -> None:
    """Add the commands to `flask`, and what its `db` commands need."""
    app.cli.add_command(users)
    app.cli.add_command(search)
    app.cli.add_command(mail)
    # Imported here: it brings Alembic along, 14 MiB that the web processes and the worker do without.
    from flask_migrate import Migrate  # noqa: PLC0415  see above

    Migrate(app, db, directory=str(PROJECT_ROOT / "migrations"), render_as_batch=True)


def explained(command: Callable[..., None]) -> Callable[..., None]:
    """Tell what went wrong in a line instead of a stack trace."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except NotFound as error:
            raise click.ClickException("there is no account of that name; `flask user list` shows them") from error
        except DomainError as error:
            raise click.ClickException(str(error)) from error
        except OperationalError as error:
            if "no such table" in str(error) or "unable to open database file" in str(error):
                raise click.ClickException(NO_DATABASE) from error
            raise

    return run


@users.command("create")
@click.argument("username")
@click.argument("email")
@click.option("--admin", is_flag=True, help="Make it an administrator.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else one is made.")
@explained
def create_user(username: str, email: str, admin: bool, password_stdin: bool) -> None:
    """Make an account."""
    service.checked_username(username)
    service.checked_email(email)
    password, password_hash = _password(password_stdin)
    with transaction():
        service.create_user(username, email, password_hash, is_admin=admin)
    click.echo(f"made {'administrator' if admin else 'account'} {username}")
    _tell(password, password_stdin)


@users.command("list")
@explained
def list_users() -> None:
    """List all accounts."""
    for user in all_users():
        role = "administrator" if user.is_admin else "member"
        click.echo(f"{user.username}\t{user.email}\t{role}\tlast seen {user.last_seen:%Y-%m-%d %H:%M} UTC")


@users.command("reset-password")
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else one is made.")
@explained
def reset_password(username: str, password_stdin: bool) -> None:
    """Give an account a new password and end its log-ins."""
    get_user(username)
    password, password_hash = _password(password_stdin)
    with transaction():
        service.set_password(get_user(username), password_hash)
    click.echo(f"{username} has a new password and is logged out everywhere")
    _tell(password, password_stdin)


@users.command("promote")
@click.argument("username")
@explained
def promote(username: str) -> None:
    """Make an account an administrator."""
    with transaction():
        service.promote(get_user(username))
    click.echo(f"{username} is an administrator now")


@users.command("reset-link")
@click.argument("username")
@explained
def reset_link(username: str) -> None:
    """Make a link by which somebody chooses a new password, good once and for a day."""
    token = make_token(settings().secret_key, get_user(username), BY_HAND)
    click.echo((settings().public_url or f"http://localhost:{settings().port}") + PATH + token)


@mail.command("test")
@click.argument("address")
@explained
def test_mail(address: str) -> None:
    """Send a letter to ADDRESS, to see that the MAIL_ settings are right."""
    chosen = settings().mail
    if chosen is None:
        raise click.ClickException("no mail server is set; write MAIL_SERVER=mail.example.org into .env")
    body = "This is a test by `flask mail test`. The settings are right."
    try:
        Mailer(chosen).send(Letter(address, "Microblog can send e-mail", body, f"<p>{body}</p>"))
    except MailFailed as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{chosen.server} took the letter to {address}")


@search.command("rebuild")
@explained
def rebuild() -> None:
    """Let the worker make the search index anew; searching goes on meanwhile."""
    with transaction():
        request_rebuild()
    click.echo("the worker makes the search index anew")


def _password(from_stdin: bool) -> tuple[str, str]:
    """The password and its hash; hashed before any transaction, for that is slow."""
    password = sys.stdin.readline().rstrip("\r\n") if from_stdin else token_urlsafe(12)
    return password, hash_password(service.checked_password(password))


def _tell(password: str, from_stdin: bool) -> None:
    if not from_stdin:
        click.echo(f"password: {password}")
