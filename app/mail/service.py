"""Has letters sent, once the running transaction is committed."""

from __future__ import annotations

from dataclasses import asdict

from ..jobs.service import enqueue
from .letter import Letter

SEND = "mail.send"


def send_later(letter: Letter) -> None:
    """Let the worker send this letter; it tries again if the server is away or refuses."""
    enqueue(SEND, asdict(letter))
