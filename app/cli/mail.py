"""Commands of e-mail."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from ..mail.letter import Letter
from ..mail.mailer import Mailer, MailFailed
from ..web.context import settings
from .explained import explained

mail = AppGroup("mail", help="E-mail.")


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
