"""What a request may ask of the application that serves it."""

from __future__ import annotations

from typing import cast

from flask import current_app, request

from ..core.config import Settings

SETTINGS = "microblog.settings"


def settings() -> Settings:
    """The settings this application was made with."""
    return cast(Settings, current_app.extensions[SETTINGS])


def visitor_address() -> str:
    """The address that tries are counted by; our proxy has put the real one in."""
    return request.remote_addr or "unknown"
