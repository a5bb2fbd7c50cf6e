"""Has letters sent, once the running transaction is committed."""

from __future__ import annotations

from dataclasses import asdict, replace
from secrets import token_hex

from ..jobs.service import enqueue
from .letter import Letter

SEND = "mail.send"
NOBODY = ".invalid"


def send_later(letter: Letter) -> None:
    """Let the worker send this e-mail; it tries again while the server is unavailable.

    None goes to an address in .invalid (RFC 2606): an import gives such to accounts without one.
    """
    if letter.recipient.lower().endswith(NOBODY):
        return
    payload = asdict(replace(letter, mark=letter.mark or token_hex(16)))
    enqueue(SEND, payload, expires_at=payload.pop("expires_at"))
