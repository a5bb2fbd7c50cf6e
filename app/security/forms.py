"""Choosing another password."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField

from ..accounts.forms import new_password, repeated_password
from ..web.forms import Form, required


class PasswordForm(Form):
    """Choose another password."""

    password_now = PasswordField(_l("Password until now"), validators=[required()])
    password = new_password(_l("New password"))
    password2 = repeated_password()
