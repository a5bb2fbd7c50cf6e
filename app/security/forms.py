"""Choosing another password."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField

from ..accounts.forms import ChoosesPassword, new_password, repeated_password
from ..web.forms import required


class PasswordForm(ChoosesPassword):
    """Choose another password."""

    password_now = PasswordField(_l("Password until now"), validators=[required()])
    password = new_password(_l("New password"))
    password2 = repeated_password()
