"""Forms of accounts; their field names are upstream's."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, PasswordField, StringField
from wtforms.validators import EqualTo

from ..web.forms import Form, required, rule
from .service import checked_email, checked_password, checked_username


class LoginForm(Form):
    """Log in."""

    username = StringField(_l("Username"), validators=[required()])
    password = PasswordField(_l("Password"), validators=[required()])
    remember_me = BooleanField(_l("Keep me logged in"))


class RegistrationForm(Form):
    """Make an account."""

    username = StringField(_l("Username"), validators=[required(), rule(checked_username)])
    email = EmailField(_l("E-mail"), validators=[required(), rule(checked_email)])
    password = PasswordField(_l("Password"), validators=[required(), rule(checked_password)])
    password2 = PasswordField(
        _l("Repeat the password"), validators=[required(), EqualTo("password", message=_l("The two passwords differ."))]
    )


class SetupForm(RegistrationForm):
    """Make the first account, the administrator's."""

    code = StringField(_l("Set-up code"), validators=[required()])
