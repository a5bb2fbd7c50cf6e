"""Letters about another e-mail address: the link or a refusal to the new one, and a notice to the old one."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template
from flask_babel import gettext as _

from ..accounts.models import User
from ..core.time import utc_now
from ..mail.letter import Letter
from ..web.locale import speaking
from .service import SECONDS


def confirmation_letter(user: User, address: str, link: str) -> Letter:
    """A letter to the new address, with the link that confirms it."""
    with speaking(user.language):
        return Letter(
            recipient=address,
            subject=str(_("Confirm your e-mail address")),
            text=render_template("mail/email_confirm.txt", user=user, link=link),
            html=render_template("mail/email_confirm.html", user=user, link=link),
            expires_at=utc_now() + timedelta(seconds=SECONDS),
        )


def taken_letter(user: User, address: str) -> Letter:
    """A letter in place of that to an address which is another account's already."""
    with speaking(user.language):
        return Letter(
            recipient=address,
            subject=str(_("Your e-mail address on Microblog")),
            text=render_template("mail/email_taken.txt", user=user),
            html=render_template("mail/email_taken.html", user=user),
        )


def notice_letter(user: User, address: str, cancel_link: str) -> Letter:
    """Return an e-mail to the address until now, which says what the new one is to be and how to cancel that."""
    with speaking(user.language):
        return Letter(
            recipient=user.email,
            subject=str(_("Your e-mail address is to change")),
            text=render_template("mail/email_notice.txt", user=user, address=address, link=cancel_link),
            html=render_template("mail/email_notice.html", user=user, address=address, link=cancel_link),
            expires_at=utc_now() + timedelta(seconds=SECONDS),
        )
