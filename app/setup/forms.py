"""Making the first account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from ..accounts.forms import RegistrationForm
from ..web.forms import required


class SetupForm(RegistrationForm):
    """Make the first account, the administrator's."""

    code = StringField(_l("Set-up code"), validators=[required()])
