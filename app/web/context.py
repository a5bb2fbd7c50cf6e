"""What a request may ask of the application that serves it."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

from flask import current_app, request

from ..core.config import Settings
from ..core.network import clean_address, is_loopback, network_of

SETTINGS = "microblog.settings"
# These answer the same whoever asks, so they do not look at who it is.
SILENT = frozenset(
    {"health.livez", "health.readyz", "metrics.scrape", "posts.avatar", "canonical.icon", "canonical.robots"}
)
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
    """Return the beginning of an absolute address of this site, for links that leave the page: never a forged one.

    It is the address in the settings. Where they have none but that of this machine to itself, it is the name by which
    the request asked for the site, if that is one in the settings. The Host header can be forged.
    """
    chosen = settings()
    if chosen.public_url and not _names_this_machine(urlsplit(chosen.public_url).hostname or ""):
        return chosen.public_url
    return _requested_address(chosen) or chosen.public_url or f"http://localhost:{chosen.port}"


def _requested_address(chosen: Settings) -> str:
    """The address that the request asked for, with no port but the configured one; empty for an unknown name."""
    asked = urlsplit(request.host_url)
    name = asked.hostname or ""
    is_known = name in chosen.hosts or (_names_this_machine(name) and is_loopback(visitor_address()))
    if not is_known:
        return ""
    port = urlsplit(chosen.public_url).port if chosen.public_url else chosen.port
    is_port_left_out = asked.netloc.rpartition("]")[2].count(":") == 0
    host = f"[{name}]" if ":" in name else name
    return f"{asked.scheme}://{host}" + (f":{port}" if port and not is_port_left_out else "")


def _names_this_machine(host: str) -> bool:
    """Whether a name leads each device to itself."""
    return host == "localhost" or host.endswith(".localhost") or is_loopback(host)


def visitor_address() -> str:
    """Return the address that a request comes from, as it is shown; our proxy has put the real one in."""
    return clean_address(request.remote_addr or "")


def visitor_network() -> str:
    """Return the unit by which the visitor is limited, for every limit that is not about an account."""
    return network_of(request.remote_addr or "")
