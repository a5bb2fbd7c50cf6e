"""What templates may call: addresses of static files, times, names drawn as pictures, texts as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from flask import Flask, url_for
from flask_babel import format_date, format_datetime, format_time, format_timedelta, get_locale, get_timezone, gettext
from flask_bootstrap import Bootstrap5
from markupsafe import Markup

from ..core.config import Settings
from ..core.time import utc_now
from .avatar import gravatar, hue, initials
from .locale import init_locale, language_name, preferences
from .markup import render_body

NOW_SECONDS = 45
DAYS_RELATIVE = 30
TIMES_KEPT = 1024
bootstrap = Bootstrap5()


def init_templating(app: Flask, settings: Settings) -> None:
    """Filters, globals and the vendored stylesheet."""
    init_locale(app, settings)
    bootstrap.init_app(app)
    marks = StaticMarks(app)
    app.jinja_env.filters.update(
        relative_time=relative_time,
        full_time=full_time,
        iso_time=datetime.isoformat,
        render_body=body_filter,
        initials=initials,
        hue=hue,
        language_name=language_name,
    )
    app.jinja_env.globals.update(
        static_url=marks.url,
        bootstrap_mark=version("bootstrap-flask"),
        post_length=settings.post_length,
        registration=settings.registration,
        gravatar=gravatar if settings.avatars == "gravatar" else None,
    )
    app.context_processor(_about_the_page)


def _about_the_page() -> dict[str, object]:
    """The page's language as HTML names it, the direction it is read in, and the time zone that its reader chose."""
    locale = get_locale()
    return {
        "locale": str(locale).replace("_", "-"),
        "direction": locale.text_direction,
        "time_zone": preferences().time_zone,
    }


class StaticMarks:
    """Addresses of static files that change with the content, so that browsers may keep them for a year."""

    def __init__(self, app: Flask) -> None:
        self._folder = Path(app.static_folder or "")
        self._debug = app.debug
        self._urls: dict[str, str] = {}

    def url(self, filename: str) -> str:
        """The address of a file in app/static."""
        if filename not in self._urls or self._debug:
            mark = sha256((self._folder / filename).read_bytes()).hexdigest()[:12]
            self._urls[filename] = url_for("static", filename=filename, v=mark)
        return self._urls[filename]


def relative_time(moment: datetime) -> str:
    """How long ago, in words; after a month the date."""
    age = utc_now() - moment
    if age.total_seconds() < NOW_SECONDS:
        return str(gettext("just now"))
    if age.days > DAYS_RELATIVE:
        return _date(moment, *_reader())
    return _ago(age.total_seconds() // 60, *_reader())


def full_time(moment: datetime) -> str:
    """Date and time in full, with the time zone; without a choice of the reader's, the page's script says it in the
    device's own.
    """
    return _full_time(moment, *_reader())


def _reader() -> tuple[str, str]:
    return str(get_locale()), str(get_timezone())


# Kept, because a page has 25 of each, most of them shown before, and they cost a quarter of it. The words after the
# moment say what else the answer depends on.
@lru_cache(maxsize=TIMES_KEPT)
def _date(moment: datetime, _locale: str, _zone: str) -> str:
    return str(format_date(moment, "medium"))


@lru_cache(maxsize=TIMES_KEPT)
def _ago(minutes: float, _locale: str, _zone: str) -> str:
    return str(format_timedelta(-timedelta(minutes=max(minutes, 1)), granularity="minute", add_direction=True))


@lru_cache(maxsize=TIMES_KEPT)
def _full_time(moment: datetime, _locale: str, _zone: str) -> str:
    return f"{format_date(moment, 'long')}, {format_time(moment, 'short')} {format_datetime(moment, 'zzz')}"


def body_filter(body: str, highlights: Sequence[tuple[int, int]] = ()) -> Markup:
    """A post's text as safe HTML, with pieces of it marked."""
    return render_body(
        body,
        profile_url=lambda name: url_for("posts.profile", username=name),
        tag_url=lambda tag: url_for("posts.search", q=f"#{tag}"),
        highlights=highlights,
    )
