"""What a request may ask of the application that serves it."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

from flask import current_app, request

from ..core.config import Settings
from ..core.network import clean_address, network_of

SETTINGS = "microblog.settings"
# These answer the same whoever asks, so they do not look at who it is.
SILENT = frozenset({"health.livez", "health.readyz", "metrics.scrape", "posts.avatar"})
REFERENCE_PAGE = "reference.page"


def settings() -> Settings:
    """The settings this application was made with."""
    return cast(Settings, current_app.extensions[SETTINGS])


def is_api() -> bool:
    """Whether the running request is about the API, where every error is JSON."""
    return request.path.startswith("/api/") or request.path == "/api"


def is_program() -> bool:
    """Whether a program asks, for which there is nothing to prepare; the page about the API is for people."""
    return is_api() and request.endpoint != REFERENCE_PAGE


def wants_json() -> bool:
    """Whether an error is to be told as JSON: to the API's callers, and to whoever takes that as gladly as a page."""
    accepted = request.accept_mimetypes
    return is_api() or (bool(accepted) and accepted["application/json"] >= accepted["text/html"])


def site_address() -> str:
    """The beginning of an absolute address of this site, for letters: never one that a visitor made up.

    What the request says is believed only if it is one of the names in the settings; the Host header can be forged.
    """
    chosen = settings()
    known = {"localhost", "127.0.0.1", "::1", urlsplit(chosen.public_url).hostname, *chosen.hosts}
    if urlsplit(request.host_url).hostname in known:
        return request.host_url.rstrip("/")
    return chosen.public_url or f"http://localhost:{chosen.port}"


def visitor_address() -> str:
    """Return the address that a request comes from, as it is shown; our proxy has put the real one in."""
    return clean_address(request.remote_addr or "")


def visitor_network() -> str:
    """Return the unit by which the visitor is limited, for every limit that is not about an account."""
    return network_of(request.remote_addr or "")
