"""Commands of accounts that an administrator has pages for, too: invite, approve, suspend, delete and the like."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from ..accounts.emails import tell_second_factor
from ..accounts.queries import get_account
from ..administration import service
from ..audit import service as audit
from ..core.database import transaction
from ..invitations.service import MOST_DAYS, MOST_USES, PATH, create_invitation
from ..second_factor.service import remove
from ..web.context import settings
from .explained import explained
from .users import site


@click.command("invite")
@click.option("--uses", type=click.IntRange(1, MOST_USES), default=1, show_default=True, help="For how many accounts.")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), help="For how many days; without it, without end.")
@click.option("--note", default="", help="What it is for; administrators see it.")
@with_appcontext
@explained
def invite(uses: int, days: int | None, note: str) -> None:
    """Make a link by which people make accounts."""
    if settings().registration == "closed":
        raise click.ClickException("MICROBLOG_REGISTRATION=closed lets nobody in; set it to invite")
    with transaction():
        token = create_invitation(None, uses, days, note)
        audit.record(audit.INVITED)
    click.echo(site() + PATH + token)


@click.command("approve")
@click.argument("username")
@with_appcontext
@explained
def approve(username: str) -> None:
    """Let somebody in who waits for approval."""
    with transaction():
        user = get_account(username)
        service.approve(user, site() if settings().mail else "")
        audit.record(audit.APPROVED, subject=user.username)
    click.echo(f"{username} can log in now")


@click.command("suspend")
@click.argument("username")
@with_appcontext
@explained
def suspend(username: str) -> None:
    """Keep somebody out, and end their log-ins and tokens; what they wrote stays."""
    with transaction():
        user = get_account(username)
        service.suspend(user, by=None)
        audit.record(audit.SUSPENDED, subject=user.username)
    click.echo(f"{username} is suspended and logged out everywhere")


@click.command("resume")
@click.argument("username")
@with_appcontext
@explained
def resume(username: str) -> None:
    """Let somebody in again who was suspended."""
    with transaction():
        user = get_account(username)
        service.resume(user)
        audit.record(audit.RESUMED, subject=user.username)
    click.echo(f"{username} can log in again")


@click.command("promote")
@click.argument("username")
@with_appcontext
@explained
def promote(username: str) -> None:
    """Make an account an administrator."""
    with transaction():
        user = get_account(username)
        service.promote(user)
        audit.record(audit.PROMOTED, subject=user.username)
    click.echo(f"{username} is an administrator now")


@click.command("demote")
@click.argument("username")
@with_appcontext
@explained
def demote(username: str) -> None:
    """Make an administrator a member."""
    with transaction():
        user = get_account(username)
        service.demote(user, by=None)
        audit.record(audit.DEMOTED, subject=user.username)
    click.echo(f"{username} is a member now")


@click.command("delete")
@click.argument("username")
@click.option("--yes", is_flag=True, help="Do not ask for the name again.")
@with_appcontext
@explained
def delete(username: str, yes: bool) -> None:
    """Delete an account with all that it wrote and received. Cannot be undone."""
    name = get_account(username).username
    typed = name if yes else click.prompt(f"This deletes {name} and everything of {name}. Type the name again")
    with transaction():
        user = get_account(username)
        service.request_deletion(user, by=None, name=typed)
        audit.record(audit.DELETED, subject=user.username)
    click.echo(f"{name} is locked out; the running appliance deletes the rest")


@click.command("remove-second-factor")
@click.argument("username")
@with_appcontext
@explained
def remove_second_factor(username: str) -> None:
    """Let somebody log in with the password alone who has lost the phone and the recovery codes."""
    with transaction():
        user = get_account(username)
        if removed := remove(user.id):
            audit.record(audit.SECOND_FACTOR_OFF, subject=user.username)
            tell_second_factor(user, on=False)
    click.echo(f"{username} logs in with the password alone now" if removed else f"{username} has no second factor")


actions = (invite, approve, suspend, resume, promote, demote, delete, remove_second_factor)
