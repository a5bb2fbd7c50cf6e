"""Asking for a link, and choosing a new password; the fields' names are upstream's."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField

from ..accounts.forms import ChoosesPassword, new_password, repeated_password
from ..accounts.service import checked_email
from ..web.forms import Form, required, rule


class RequestForm(Form):
    """Ask for a link."""

    email = EmailField(_l("E-mail"), validators=[required(), rule(checked_email)])


class NewPasswordForm(ChoosesPassword):
    """Choose a new password."""

    password = new_password(_l("New password"))
    password2 = repeated_password()


class ConfirmedLinkForm(Form):
    """Make a link for an administrator's account."""

    password_now = PasswordField(_l("Your password"), validators=[required()])
