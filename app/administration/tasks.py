"""Jobs of administration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..accounts.models import User
from ..core.database import db, transaction
from ..exports.tasks import remove_strays
from ..mail.service import send_later
from . import service
from .emails import approved_letter

LOG_IN = "/auth/login"


def delete_account(exports: Path, payloads: Sequence[dict[str, Any]]) -> None:
    """Delete a piece of each account, and the files of its exports once it is gone."""
    for payload in payloads:
        with transaction():
            gone = service.delete_piece(payload["id"])
        if gone:
            remove_strays(exports)


def tell_approved(payloads: Sequence[dict[str, Any]]) -> None:
    """Mail to each that they can log in, if that is still so."""
    for payload in payloads:
        user = db.session.get(User, payload["id"])
        if user is None or not user.is_active:
            continue
        letter = approved_letter(user, payload["address"] + LOG_IN)
        with transaction():
            send_later(letter)
