"""The letter that tells of a log-in from a device that was not seen before."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from ..accounts.emails import tell
from ..accounts.models import User
from ..web.context import site_address
from .browsers import browser_of


def tell_new_device(user: User, *, user_agent: str, address: str) -> None:
    """Tell somebody, in the running transaction, from where their account was used, where letters are sent."""
    browser, system = browser_of(user_agent)
    link = site_address() + url_for("security.index")
    values = {"browser": browser, "system": system, "address": address, "link": link}
    tell(user, "new_device", lambda: _("Your account was used from a new device"), **values)
