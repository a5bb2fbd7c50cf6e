"""Forms of accounts; their field names are upstream's."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, StringField, TextAreaField
from wtforms.validators import EqualTo

from ..web.forms import Form, required, rule
from .models import User
from .names import checked_username
from .rules import checked_password
from .service import checked_about, checked_email


def new_password(label: Any) -> PasswordField:
    """A field for a password that somebody chooses, in a form that is a ChoosesPassword."""
    return PasswordField(label, validators=[required(), _may_be_chosen])


def _may_be_chosen(form: ChoosesPassword, field: PasswordField) -> None:
    rule(lambda password: checked_password(password, *form.own_words()))(form, field)


def repeated_password() -> PasswordField:
    """A field for the same again."""
    same = EqualTo("password", message=_l("The two passwords differ."))
    return PasswordField(_l("Repeat the password"), validators=[required(), same])


class ChoosesPassword(Form):
    """A form with a new password."""

    owner: User | None = None

    def own_words(self) -> tuple[str, ...]:
        """What others know of whoever chooses."""
        return (self.owner.username, self.owner.email) if self.owner else ()


class RegistrationForm(ChoosesPassword):
    """Make an account."""

    username = StringField(_l("Username"), validators=[required(), rule(checked_username)])
    email = EmailField(_l("E-mail"), validators=[required(), rule(checked_email)])
    password = new_password(_l("Password"))
    password2 = repeated_password()

    def own_words(self) -> tuple[str, ...]:
        """The name and the address that are typed above."""
        return (self.username.data or "", self.email.data or "")


class ProfileForm(Form):
    """Change what others see of an account."""

    # Whether it is a good name the service says: one that was brought along may stay.
    username = StringField(_l("Username"), validators=[required()])
    about_me = TextAreaField(_l("About me"), validators=[rule(checked_about)])
