"""Making the first account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from ..accounts.forms import RegistrationForm
from ..accounts.names import checked_administrator_name
from ..web.forms import required, rule


class SetupForm(RegistrationForm):
    """Make the first account, the administrator's."""

    # The first administrator may be called `admin`: whoever has the code runs the site.
    username = StringField(_l("Username"), validators=[required(), rule(checked_administrator_name)])
    code = StringField(_l("Set-up code"), validators=[required()])
