"""Addresses that browsers and people try on any site: with a slash at the end, /favicon.ico, /robots.txt."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app, redirect, request, send_file, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from .context import is_api
from .static_files import OURS

blueprint = Blueprint("canonical", __name__)
ICON_SECONDS = 24 * 3600
ROBOTS = "User-agent: *\nDisallow: /\n"


def init_canonical(app: Flask) -> None:
    """Register the redirect and the two files."""
    app.before_request(_redirect_without_slash)
    app.register_blueprint(blueprint)


def _redirect_without_slash() -> AnyResponse | None:
    """Redirect a page's address with slashes at its end to the page; leave addresses that lead nowhere alone."""
    is_page = request.method in ("GET", "HEAD") and not is_api()
    if request.endpoint is not None or not is_page or not request.path.endswith("/"):
        return None
    address = _address_of(request.path.rstrip("/"))
    if address is None:
        return None
    query = request.query_string.decode("ascii", "replace")
    return redirect(f"{address}?{query}" if query else address, code=308)


def _address_of(path: str) -> str | None:
    """Return the address of the page at this path, built from its route; None if there is none."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None or not path:
        return None
    try:
        endpoint, values = adapter.match(path, method="GET")
    except HTTPException:
        return None
    # Built instead of copied, so that it is a path of this site whatever was sent.
    return url_for(endpoint, **values)


@blueprint.get("/favicon.ico")
def icon() -> Response:
    """Send the icon that browsers ask for where no page names another."""
    return send_file(OURS / "favicon.ico", mimetype="image/vnd.microsoft.icon", max_age=ICON_SECONDS)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Ask search engines to stay out: nearly everything here is for people who are logged in."""
    return current_app.response_class(ROBOTS, mimetype="text/plain")
