"""Deleting an account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from ..web.forms import Form, required


class DeletionForm(Form):
    """The name of the account, typed so that nobody does it by mistake."""

    name = StringField(_l("Name of the account"), validators=[required()])
