"""Commands of accounts."""

from __future__ import annotations

import sys
from secrets import token_urlsafe

import click
from flask.cli import AppGroup

from ..accounts import service
from ..accounts.emails import tell_password_changed
from ..accounts.names import checked_username
from ..accounts.passwords import hash_password
from ..accounts.queries import all_users, get_account
from ..accounts.rules import checked_password
from ..audit.service import ACCOUNT_CREATED, LINK_MADE, PASSWORD_CHANGED, record
from ..core.database import transaction
from ..people.service import count_anew, wrong_counts
from ..recovery.service import BY_HAND, make_token
from ..recovery.tasks import PATH
from ..web.context import settings
from .explained import explained

users = AppGroup("user", help="Accounts.")


@users.command("create")
@click.argument("username")
@click.argument("email")
@click.option("--admin", is_flag=True, help="Make it an administrator.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else one is made.")
@explained
def create_user(username: str, email: str, admin: bool, password_stdin: bool) -> None:
    """Make an account."""
    checked_username(username, is_admin=admin)
    service.checked_email(email)
    password, password_hash = _password(password_stdin, username, email)
    with transaction():
        user = service.create_user(username, email, password_hash, is_admin=admin)
        record(ACCOUNT_CREATED, subject=user.username)
    click.echo(f"made {'administrator' if admin else 'account'} {username}")
    _tell(password, password_stdin)


@users.command("list")
@explained
def list_users() -> None:
    """List all accounts."""
    for user in all_users():
        role = "administrator" if user.is_admin else "member"
        seen = f"last seen {user.last_seen:%Y-%m-%d %H:%M} UTC"
        click.echo("\t".join([user.username, user.email, role, seen] + ([] if user.is_active else [user.status])))


@users.command("count")
@explained
def count() -> None:
    """Count everybody's posts, followers and followed anew, where the doctor finds wrong numbers."""
    with transaction():
        wrong = wrong_counts()
        if wrong:
            count_anew()
    click.echo(f"the numbers of {wrong} accounts were wrong and are right now" if wrong else "all numbers are right")


@users.command("reset-password")
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else one is made.")
@explained
def reset_password(username: str, password_stdin: bool) -> None:
    """Give an account a new password and end its log-ins."""
    user = get_account(username)
    password, password_hash = _password(password_stdin, user.username, user.email)
    with transaction():
        user = get_account(username)
        service.set_password(user, password_hash)
        tell_password_changed(user)
        record(PASSWORD_CHANGED, subject=user.username)
    click.echo(f"{username} has a new password and is logged out everywhere")
    _tell(password, password_stdin)


@users.command("reset-link")
@click.argument("username")
@explained
def reset_link(username: str) -> None:
    """Make a link by which somebody chooses a new password, good once and for a day."""
    user = get_account(username)
    token, name = make_token(settings().secret_key, user, BY_HAND), user.username
    with transaction():
        record(LINK_MADE, subject=name)
    click.echo(site() + PATH + token)


def site() -> str:
    """The beginning of links that are made in the shell."""
    return settings().public_url or f"http://localhost:{settings().port}"


def _password(from_stdin: bool, *own: str) -> tuple[str, str]:
    """The password and its hash; hashed before any transaction, for that is slow."""
    password = sys.stdin.readline().rstrip("\r\n") if from_stdin else token_urlsafe(12)
    return password, hash_password(checked_password(password, *own))


def _tell(password: str, from_stdin: bool) -> None:
    if not from_stdin:
        click.echo(f"password: {password}")
