"""Jobs of ways in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..accounts.queries import users_by_email
from ..core.database import db, transaction
from ..mail.service import send_later
from .emails import confirmation_letter, known_letter
from .models import Registration
from .service import write_link


def answer_registrations(payloads: Sequence[dict[str, Any]]) -> None:
    """Write to the address of each registration: the link that finishes it, or that it has an account already."""
    for payload in payloads:
        with transaction():
            registration = db.session.get(Registration, payload["id"])
            # Finished, too old, or a job that comes a second time.
            if registration is not None and registration.token_hash is None:
                _answer(registration, payload["address"], payload["language"])


def _answer(registration: Registration, address: str, language: str) -> None:
    if users := users_by_email(registration.email):
        send_later(known_letter(users, address, language))
        db.session.delete(registration)
    else:
        send_later(confirmation_letter(registration, write_link(registration, address), language))
