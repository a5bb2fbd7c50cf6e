"""Jobs of recovery."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..accounts.queries import find_user_by_email
from ..core.database import transaction
from ..mail.service import send_later
from .emails import link_letter
from .service import BY_MAIL, make_token

PATH = "/auth/reset_password/"


def send_link(secret: str, payloads: Sequence[dict[str, Any]]) -> None:
    """Mail a link to each address that has an account which may get in; nothing happens for the others."""
    for payload in payloads:
        user = find_user_by_email(payload["email"])
        if user is None or not user.is_active:
            continue
        link = payload["address"] + PATH + make_token(secret, user, BY_MAIL)
        letter = link_letter(user, link, payload.get("language"))
        with transaction():
            send_later(letter)
