"""Codes of a second factor."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField

from ..web.forms import Form, required


class CodeForm(Form):
    """A code, of the device or for recovery."""

    code = StringField(_l("Code"), validators=[required()])


class EnableForm(CodeForm):
    """Switch it on."""

    password_now = PasswordField(_l("Your password"), validators=[required()])


class RemoveForm(Form):
    """Switch it off."""

    password_now = PasswordField(_l("Your password"), validators=[required()])
