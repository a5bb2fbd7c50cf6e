"""Has letters sent, once the running transaction is committed."""

from __future__ import annotations

from dataclasses import asdict, replace
from secrets import token_hex

from ..jobs.service import enqueue
from .letter import Letter

SEND = "mail.send"
NOBODY = ".invalid"


def send_later(letter: Letter) -> None:
    """Let the worker send this letter; it tries again if the server is away or refuses.

    None goes to an address that by its end (RFC 2606) is nobody's: an import gives such to accounts without one.
    """
    if letter.recipient.lower().endswith(NOBODY):
        return
    enqueue(SEND, asdict(replace(letter, mark=letter.mark or token_hex(16))))
