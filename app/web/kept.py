"""What somebody typed into a form while their log-in had ended, carried over the log-in in a signed hidden field.

The field is never a form that is sent: whoever is logged in again sees the form with the text, and sends it or not.
"""

from __future__ import annotations

from hashlib import sha256
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit

from flask import current_app, g, request, session
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict

from .context import settings
from .security import safe_next

FIELD = "kept_form"
SALT = "microblog-kept-form"
MAX_KEPT_BYTES = 48 * 1024
MAX_KEPT_FIELDS = 40
# Browsers drop cookies of more than 4 KiB, and the session has more to hold.
MAX_IN_SESSION = 2000
# As long as somebody may need for the log-in, the code of a second factor included.
MAX_KEPT_SECONDS = 3600
# Fields whose names hold one of these are never kept.
SECRETS = ("password", "code", "token", "secret")
# These alone are nothing that somebody typed.
BY_MACHINE = frozenset({"submission", "idempotency_key", FIELD})


def keep_form() -> str:
    """Return the fields of the running request as a signed text; empty if there is nothing that may be kept.

    Passwords are left out. A form that another site sent is not kept: its text is not the visitor's.
    """
    if request.method != "POST" or not _is_from_here() or safe_next(_app(), request.path) is None:
        return ""
    fields = [(name, value) for name, value in request.form.items(multi=True) if not _is_secret(name)]
    size = sum(len(name.encode(errors="replace")) + len(value.encode(errors="replace")) for name, value in fields)
    has_text = any(value.strip() for name, value in fields if name not in BY_MACHINE)
    if not has_text or size > MAX_KEPT_BYTES or len(fields) > MAX_KEPT_FIELDS:
        return ""
    return str(_serializer().dumps([request.full_path.removesuffix("?"), fields]))


def field_of_form() -> str:
    """Return the hidden field of a log-in form that is sent; a mere look reads no body, because that costs time."""
    return request.form.get(FIELD, "") if request.method == "POST" else ""


def carried_form() -> str:
    """Return what the running request brings of a form that was kept, in a field or in the session."""
    return field_of_form() or str(session.get(FIELD, ""))


def carry_form(kept: str) -> HTTPStatus:
    """Let a kept form go along to the next page; return the status of the redirect that leads there.

    A short one goes in the session. A longer one does not fit into a cookie: the browser sends its field once more.
    """
    drop_form()
    if not kept or len(kept) > MAX_IN_SESSION:
        return HTTPStatus.TEMPORARY_REDIRECT if kept else HTTPStatus.FOUND
    session[FIELD] = kept
    return HTTPStatus.FOUND


def drop_form() -> None:
    """Forget a form that is in the session."""
    session.pop(FIELD, None)


def kept_path(kept: str) -> str | None:
    """Return where the form of this text was sent to, a page of this site; None if the text is forged or too old."""
    found = _read(kept)
    return safe_next(_app(), found[0]) if found else None


def kept_fields() -> MultiDict[str, str] | None:
    """Return the fields to show in the form of this page again; None if the running request brings none for it."""
    if "kept_fields" not in g:
        g.kept_fields = _fields_for_this_page()
    return cast("MultiDict[str, str] | None", g.kept_fields)


def _fields_for_this_page() -> MultiDict[str, str] | None:
    # What is in the session is for a page that is looked at; a form that is sent has its own fields.
    in_session = session.get(FIELD, "") if request.method == "GET" else ""
    kept = str(in_session) or field_of_form()
    found = _read(kept) if kept else None
    if found is None or urlsplit(found[0]).path != request.path:
        return None
    session.pop(FIELD, None)
    return MultiDict((str(name), str(value)) for name, value in found[1])


def _read(kept: str) -> tuple[str, list[Any]] | None:
    try:
        path, fields = _serializer().loads(kept, max_age=MAX_KEPT_SECONDS)
    except (BadData, ValueError, TypeError):
        return None
    return str(path), list(fields)


def _is_secret(name: str) -> bool:
    return any(part in name.lower() for part in SECRETS)


def _is_from_here() -> bool:
    """Whether a page of this site sent the request, as far as the browser says so; old ones say nothing."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt=SALT, signer_kwargs={"digest_method": sha256})


def _app() -> Any:
    return current_app._get_current_object()  # type: ignore[attr-defined]
