"""The letter with the link."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template
from flask_babel import gettext as _

from ..accounts.models import User
from ..core.time import utc_now
from ..mail.letter import Letter
from ..web.locale import speaking
from .service import SECONDS_BY_MAIL


def link_letter(user: User, link: str, language: str | None) -> Letter:
    """A letter to `user` with the link to choose a new password; in `language` unless they have chosen one."""
    values = {"user": user, "link": link, "minutes": SECONDS_BY_MAIL // 60}
    with speaking(user.language or language):
        return Letter(
            recipient=user.email,
            subject=str(_("A new password for Microblog")),
            text=render_template("mail/new_password.txt", **values),
            html=render_template("mail/new_password.html", **values),
            expires_at=utc_now() + timedelta(seconds=SECONDS_BY_MAIL),
        )
