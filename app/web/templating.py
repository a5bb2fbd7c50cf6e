"""What templates may call: addresses of static files, times, names drawn as pictures, texts as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from flask import Flask, request, url_for
from flask_babel import get_locale
from markupsafe import Markup

from ..core.config import Settings
from .addresses import Addresses
from .avatar import gravatar, hue, initials
from .canonical import init_canonical
from .locale import init_locale, language_name, preferences
from .markup import is_long, render_body
from .scripts import language_by_script
from .security import security_headers
from .static_files import StaticFiles
from .times import worded

BODIES_KEPT = 512


def init_templating(app: Flask, settings: Settings) -> None:
    """Filters, globals and static files."""
    init_locale(app, settings)
    static_files = StaticFiles()
    static_files.serve_with(app, security_headers(settings))
    init_canonical(app)
    app.jinja_env.filters.update(
        worded=worded,
        render_body=body_filter,
        initials=initials,
        hue=hue,
        language_name=language_name,
        language_by_script=language_by_script,
    )
    app.jinja_env.tests["long_text"] = is_long
    app.jinja_env.globals.update(
        url_for=Addresses().url_for,
        static_url=static_files.url,
        post_length=settings.post_length,
        registration=settings.registration,
        gravatar=gravatar if settings.avatars == "gravatar" else None,
    )
    app.jinja_env.globals["this_page"] = this_page
    app.context_processor(_about_the_page)


def _about_the_page() -> dict[str, object]:
    """The page's language as HTML names it, the direction it is read in, and the time zone that its reader chose."""
    locale = get_locale()
    return {
        "locale": str(locale).replace("_", "-"),
        "direction": locale.text_direction,
        "time_zone": preferences().time_zone,
    }


def this_page() -> str:
    """Return the path of the page that is shown, to come back to, with its query where it was opened by a link."""
    query = request.query_string.decode(errors="replace") if request.method == "GET" else ""
    return f"{request.path}?{query}" if query else request.path


def body_filter(body: str, highlights: Sequence[tuple[int, int]] = ()) -> Markup:
    """A post's text as safe HTML, with pieces of it marked."""
    return _marked(body, highlights) if highlights else _plain(body)


# The same few are shown to everybody.
@lru_cache(maxsize=BODIES_KEPT)
def _plain(body: str) -> Markup:
    return _marked(body, ())


def _marked(body: str, highlights: Sequence[tuple[int, int]]) -> Markup:
    return render_body(
        body,
        profile_url=lambda name: url_for("posts.profile", username=name),
        tag_url=lambda tag: url_for("posts.search", q=f"#{tag}"),
        highlights=highlights,
    )
