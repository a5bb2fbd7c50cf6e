"""Letters to whoever makes an account: the link that finishes it, or that there is one already."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template
from flask_babel import gettext as _

from ..accounts.models import User
from ..mail.letter import Letter
from ..web.locale import speaking
from .models import Registration
from .service import REGISTRATION_LIFETIME


def confirmation_letter(registration: Registration, link: str, language: str) -> Letter:
    """A letter with the link that finishes the account, in the language of whoever asked for it."""
    values = {"name": registration.username, "link": link}
    with speaking(language):
        return Letter(
            recipient=registration.email,
            subject=str(_("Finish your account on Microblog")),
            text=render_template("mail/registration.txt", **values),
            html=render_template("mail/registration.html", **values),
            expires_at=registration.created_at + REGISTRATION_LIFETIME,
        )


def known_letter(users: Sequence[User], address: str, language: str) -> Letter:
    """A letter to somebody who has an account already: that one was asked for, and how to get into theirs."""
    owner = users[0]
    values = {
        "owner": owner,
        "names": ", ".join(user.username for user in users),
        "may_log_in": any(user.is_active for user in users),
        "log_in": address + "/auth/login",
        "recovery": address + "/auth/reset_password_request",
    }
    with speaking(owner.language or language):
        return Letter(
            recipient=owner.email,
            subject=str(_("You have an account on Microblog already")),
            text=render_template("mail/registration_known.txt", **values),
            html=render_template("mail/registration_known.html", **values),
        )
