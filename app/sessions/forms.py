"""Logging in; the fields' names are upstream's."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField, StringField

from ..web.forms import Form, required


class LoginForm(Form):
    """Log in."""

    username = StringField(_l("Username"), validators=[required()])
    password = PasswordField(_l("Password"), validators=[required()])
    remember_me = BooleanField(_l("Keep me logged in"))
