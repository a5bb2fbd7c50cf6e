"""Jobs of ways in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..accounts.queries import users_by_email
from ..attempts import service as attempts
from ..attempts.service import Counted, Limit
from ..core.database import db, transaction
from ..core.errors import RateLimited
from ..mail.service import send_later
from .emails import confirmation_letter, known_letter
from .models import Registration
from .service import write_link

# So that nobody fills somebody else's postbox: three letters, then one a quarter of an hour, then fewer.
LETTERS = Limit(free=3, first=900, longest=3600)


def answer_registrations(secret: str, payloads: Sequence[dict[str, Any]]) -> None:
    """Write to the address of each registration: the link that finishes it, or that it has an account already."""
    for payload in payloads:
        with transaction():
            registration = db.session.get(Registration, payload["id"])
            # Finished, too old, or a job that comes a second time.
            if registration is not None and registration.token_hash is None:
                _answer(secret, registration, payload["address"], payload["language"])


def _answer(secret: str, registration: Registration, address: str, language: str) -> None:
    if _too_many(attempts.counted(secret, LETTERS, "registration", registration.email.lower())):
        db.session.delete(registration)
    elif users := users_by_email(registration.email):
        send_later(known_letter(users, address, language))
        db.session.delete(registration)
    else:
        send_later(confirmation_letter(registration, write_link(registration, address), language))


def _too_many(letters: Counted) -> bool:
    try:
        attempts.check([letters])
    except RateLimited:
        return True
    attempts.note_failure([letters])
    return False
