"""Commands of the service that translates posts."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from ..translators.interface import TranslatorUnavailable
from ..translators.service import make_translator
from ..web.context import settings
from .explained import explained

translator = AppGroup("translator", help="Who translates posts.")
TEXT, SOURCE, TARGET = "Good morning!", "en", "es"


@translator.command("test")
@explained
def test_translator() -> None:
    """Have a greeting translated, to see that the settings are right."""
    chosen = settings().translator
    if chosen is None:
        raise click.ClickException(
            "no translator is set; write MICROBLOG_TRANSLATE_URL=http://translate.local:5000 "
            "or MS_TRANSLATOR_KEY=… into .env"
        )
    service = make_translator(chosen, threads=1)
    try:
        translated = service.translate(TEXT, SOURCE, TARGET)
    except TranslatorUnavailable as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{service.name} translates {TEXT!r} as {translated!r}")
