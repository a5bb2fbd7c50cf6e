"""Letters that tell somebody what has happened to their account, where letters are sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, render_template
from flask_babel import gettext as _

from ..mail.letter import Letter
from ..mail.service import send_later
from ..web.context import settings
from ..web.locale import speaking
from .models import User

# The name of a function that counts such an e-mail for an account and returns whether it may be sent.
NOTICE_LIMIT = "microblog.notice_limit"


def tell_password_changed(user: User) -> None:
    """Tell somebody, in the running transaction, that their account has another password."""
    tell(user, "password_changed", lambda: _("Your password was changed"))


def tell_second_factor(user: User, *, on: bool) -> None:
    """The same when a second factor was switched on or off."""
    subject = (lambda: _("A second factor was switched on")) if on else lambda: _("Your second factor was switched off")
    tell(user, "second_factor", subject, on=on)


def tell(user: User, name: str, subject: Callable[[], Any], **values: object) -> None:
    """Send the e-mail of that name, with these values, in their language; nothing where no e-mails are sent.

    Nothing either while the account gets very many, because its address may be a stranger's.
    """
    if settings().mail is None or not current_app.extensions[NOTICE_LIMIT](settings().secret_key, user.id):
        return
    with speaking(user.language):
        text, html = (render_template(f"mail/{name}.{kind}", user=user, **values) for kind in ("txt", "html"))
        send_later(Letter(recipient=user.email, subject=str(subject()), text=text, html=html))
