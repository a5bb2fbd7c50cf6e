"""Choosing another password, and another e-mail address."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField

from ..accounts.forms import ChoosesPassword, new_password, repeated_password
from ..accounts.service import checked_email
from ..web.forms import Form, required, rule


class PasswordForm(ChoosesPassword):
    """Choose another password."""

    password_now = PasswordField(_l("Password until now"), validators=[required()])
    password = new_password(_l("New password"))
    password2 = repeated_password()


class EmailForm(Form):
    """Have another address."""

    email = EmailField(_l("New e-mail"), validators=[required(), rule(checked_email)])
    password_now = PasswordField(_l("Your password"), validators=[required()])
