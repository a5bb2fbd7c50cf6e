"""The letter that tells that the file is ready."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from ..accounts.models import User
from ..core.time import utc_now
from ..mail.letter import Letter
from ..web.locale import speaking
from .models import KEPT


def ready_letter(user: User, link: str, language: str | None) -> Letter:
    """A letter to `user` with the address of the page that has the file; in `language` unless they have chosen one."""
    values = {"user": user, "link": link}
    with speaking(user.language or language):
        return Letter(
            recipient=user.email,
            subject=str(_("Your posts are ready to be fetched")),
            text=render_template("mail/export_ready.txt", **values),
            html=render_template("mail/export_ready.html", **values),
            expires_at=utc_now() + KEPT,
        )
