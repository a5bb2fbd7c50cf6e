"""Jobs of recovery."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..accounts.queries import users_by_email
from ..core.database import transaction
from ..mail.service import send_later
from .emails import link_letter
from .service import BY_MAIL, make_token

PATH = "/auth/reset_password/"


def send_link(secret: str, payloads: Sequence[dict[str, Any]]) -> None:
    """Mail links for the accounts of each address that may get in; nothing happens for the others."""
    for payload in payloads:
        users = [user for user in users_by_email(payload["email"]) if user.is_active]
        links = [payload["address"] + PATH + make_token(secret, user, BY_MAIL) for user in users]
        letters = [link_letter(*each, payload.get("language")) for each in zip(users, links, strict=True)]
        with transaction():
            for letter in letters:
                send_later(letter)
