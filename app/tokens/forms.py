"""Making a token by hand."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from ..web.forms import Form, required, rule
from .service import checked_name


class TokenForm(Form):
    """What the token is for."""

    name = StringField(_l("What it is for"), validators=[required(), rule(checked_name)])
