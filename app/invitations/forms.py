"""Forms of an invitation, and of the link that finishes a registration."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField

from ..accounts.names import checked_username
from ..web.forms import Form, required, rule
from .service import checked_days, checked_note, checked_uses


class InvitationForm(Form):
    """For how many, for how long, and for whom."""

    uses = StringField(_l("For how many people"), default="1", validators=[required(), rule(checked_uses)])
    days = StringField(_l("Good for how many days"), default="7", validators=[rule(checked_days)])
    note = StringField(_l("Note"), validators=[rule(checked_note)])


class ConfirmationForm(Form):
    """Finish an account, with the password that was chosen when it was asked for."""

    username = StringField(_l("Username"), validators=[required(), rule(checked_username)])
    password = PasswordField(_l("Password that you chose"), validators=[required()])
