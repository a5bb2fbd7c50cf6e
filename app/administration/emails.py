"""The letter that tells somebody that they can log in."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from ..accounts.models import User
from ..mail.letter import Letter
from ..web.locale import speaking


def approved_letter(user: User, link: str) -> Letter:
    """A letter to `user`, whose account was approved, with the address of the log-in page."""
    values = {"user": user, "link": link}
    with speaking(user.language):
        return Letter(
            recipient=user.email,
            subject=str(_("Your account on Microblog is ready")),
            text=render_template("mail/approved.txt", **values),
            html=render_template("mail/approved.html", **values),
        )
