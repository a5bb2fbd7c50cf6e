"""Letters that tell somebody what has happened to their account, where letters are sent."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from ..mail.letter import Letter
from ..mail.service import send_later
from ..web.context import settings
from ..web.locale import speaking
from .models import User


def tell_password_changed(user: User) -> None:
    """Tell somebody, in the running transaction, that their account has another password."""
    if settings().mail is None:
        return
    with speaking(user.language):
        send_later(
            Letter(
                recipient=user.email,
                subject=str(_("Your password was changed")),
                text=render_template("mail/password_changed.txt", user=user),
                html=render_template("mail/password_changed.html", user=user),
            )
        )
