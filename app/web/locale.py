"""In which language and time zone a page or a letter speaks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from babel import Locale
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, force_locale, get_locale

from ..core.config import Settings
from ..core.time import is_time_zone
from .context import settings

babel = Babel()


@dataclass(frozen=True)
class Preferences:
    """What somebody has chosen; None where nothing was."""

    language: str | None = None
    time_zone: str | None = None


def init_locale(app: Flask, settings: Settings) -> None:
    """Languages and time zones for every page."""
    babel.init_app(
        app,
        default_locale=settings.languages[0],
        default_timezone=settings.time_zone,
        locale_selector=language_of_request,
        timezone_selector=lambda: preferences().time_zone,
    )


def choose(language: str | None, time_zone: str | None) -> None:
    """Note what the visitor of the running request has chosen; what is no longer offered counts as not chosen."""
    g.microblog_preferences = Preferences(
        language if language in settings().languages else None,
        time_zone if time_zone and is_time_zone(time_zone) else None,
    )


def preferences() -> Preferences:
    """What the visitor of the running request has chosen."""
    chosen = g.get("microblog_preferences") if has_request_context() else None
    return chosen or Preferences()


def language_of_request() -> str:
    """What the visitor has chosen, else the best of what the browser asks for, else the first that is offered."""
    offered = settings().languages
    if not has_request_context():
        return offered[0]
    return preferences().language or request.accept_languages.best_match(offered) or offered[0]


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Let everything in the block be said in this language; in the first one that is offered where it is not."""
    offered = settings().languages
    with force_locale(language if language in offered else offered[0]):
        yield


def own_name(language: str) -> str:
    """What a language is called in itself, such as Español."""
    name = Locale.parse(language).get_language_name(language) or language
    return name[:1].upper() + name[1:]


def language_name(language: str) -> str:
    """What a language, such as one that a post is in, is called in the language of the page."""
    return str(get_locale().languages.get(language.partition("-")[0], language))
