"""Choosing a language and a time zone."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from ..core.time import time_zones
from ..web.context import settings
from ..web.forms import Form
from ..web.locale import own_name

Choices = list[tuple[str, str]]


def _languages() -> Choices:
    names = [(language, own_name(language)) for language in settings().languages]
    return [("", str(_("What my browser asks for"))), *names]


def _time_zones() -> dict[str, Choices]:
    """Time zones by continent, as the database of time zones has them."""
    usual = str(_("The appliance's: %(zone)s", zone=settings().time_zone.replace("_", " ")))
    groups: dict[str, Choices] = {str(_("As usual here")): [("", usual)]}
    for name in time_zones():
        continent, _slash, place = name.partition("/")
        groups.setdefault(continent, []).append((name, (place or continent).replace("_", " ").replace("/", ", ")))
    return groups


class PreferencesForm(Form):
    """How the pages speak to somebody."""

    language = SelectField(_l("Language"), choices=_languages)
    time_zone = SelectField(_l("Time zone"), choices=_time_zones)
