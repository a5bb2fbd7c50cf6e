"""Pages that are for administrators alone; nobody else learns that they are there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import session
from flask_login import current_user, login_required
from werkzeug.exceptions import NotFound

View = Callable[..., Any]


def administrator_required(view: View) -> View:
    """Let a view run for an administrator; a visitor is led to the log-in page, everybody else finds nothing."""

    @wraps(view)
    def guarded(*arguments: Any, **values: Any) -> Any:
        if not current_user.is_admin:
            # The same page as for an address that there is not.
            raise NotFound
        return view(*arguments, **values)

    return login_required(guarded)  # type: ignore[no-any-return]  # the library's is untyped


def visitor_identity() -> str:
    """Return what a visitor's log-in is known by, empty for somebody who is not logged in, or no longer."""
    return str(session.get("_user_id", "")) if current_user.is_authenticated else ""
