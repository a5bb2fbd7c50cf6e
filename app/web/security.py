"""What keeps the pages safe: headers, cookies, and where a visitor may be sent."""

from __future__ import annotations

import hmac
from functools import partial
from hashlib import sha256
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf import CSRFProtect
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RequestRedirect

from ..core.config import Settings
from .avatar import GRAVATAR

LARGEST_BODY = 256 * 1024
KNOWN_COOKIE_NAME = "KNOWN_COOKIE_NAME"
INSTANCE_ID_LENGTH = 10
PICTURES = "img-src 'self' data:"
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        PICTURES,
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
csrf = CSRFProtect()


class SignedSessions(SecureCookieSessionInterface):
    """Cookies signed by SHA-256; Flask's own way still uses SHA-1."""

    digest_method = staticmethod(sha256)


def cookie_names(settings: Settings) -> dict[str, str]:
    """Return the names of all cookies, as Flask's settings have them.

    Browsers send a cookie to every port of a host, so the names carry an id of the instance: two appliances on one host
    would overwrite each other's. It is derived from the secret key, so that it is the same after a restart, and in all
    processes and machines of one appliance.
    """
    instance = hmac.digest(settings.secret_key.encode(), b"microblog-cookie-names", "sha256").hex()[:INSTANCE_ID_LENGTH]
    # The prefix makes browsers refuse the cookie from anything but this host over https.
    prefix = f"{'__Host-' if settings.https else ''}microblog-{instance}"
    return {
        "SESSION_COOKIE_NAME": f"{prefix}-session",
        "REMEMBER_COOKIE_NAME": f"{prefix}-remember",
        KNOWN_COOKIE_NAME: f"{prefix}-known",
    }


def security_settings(settings: Settings) -> dict[str, object]:
    """Flask's settings for cookies, bodies and forged requests."""
    return {
        "SECRET_KEY": settings.secret_key,
        **cookie_names(settings),
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": settings.https,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "PREFERRED_URL_SCHEME": "https" if settings.https else "http",
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        "MAX_FORM_MEMORY_SIZE": LARGEST_BODY,
        # Forms check their tokens themselves, so that an invalid one gives the form back with what was typed.
        "WTF_CSRF_CHECK_DEFAULT": False,
        # As long as the session: a page left open overnight still posts.
        "WTF_CSRF_TIME_LIMIT": None,
        # The cookie is SameSite; behind somebody's proxy the referrer check only gets in the way.
        "WTF_CSRF_SSL_STRICT": False,
    }


def init_security(app: Flask, settings: Settings) -> None:
    """Headers on every answer, tokens in forms, and the visitor's real address behind our proxy."""
    app.session_interface = SignedSessions()
    csrf.init_app(app)
    app.after_request(partial(_add_headers, security_headers(settings)))
    if hops := settings.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def security_headers(settings: Settings) -> dict[str, str]:
    """What every answer says, pages and files."""
    if settings.avatars != "gravatar":
        return HEADERS
    policy = CONTENT_SECURITY_POLICY.replace(PICTURES, f"{PICTURES} {GRAVATAR}")
    return HEADERS | {"Content-Security-Policy": policy}


def _add_headers(headers: dict[str, str], response: Response) -> Response:
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if request.method == "POST" and (request.endpoint or "").endswith(".logout"):
        # Drafts, too, are nobody else's business on a computer that several people use.
        response.headers["Clear-Site-Data"] = '"storage"'
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def safe_next(app: Flask, target: str | None) -> str | None:
    """`target` if it is a path of this site that answers GET, else None; so nobody is sent elsewhere after log-in."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(character in target for character in "\\\r\n\t\0"):
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return None
    return target if _is_page(app, parts.path) else None


def _is_page(app: Flask, path: str) -> bool:
    adapter = app.create_url_adapter(request)
    if adapter is None:
        return False
    try:
        endpoint, _ = adapter.match(path, method="GET")
    except (NotFound, RequestRedirect):
        return False
    except HTTPException:
        return False
    return str(endpoint) != "sessions.login"
