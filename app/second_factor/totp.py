"""Codes that change every half minute, as RFC 6238 has them."""

from __future__ import annotations

import hmac
from base64 import b32encode
from hashlib import sha256
from urllib.parse import quote

SECONDS, DIGITS = 30, 6
SECRET_BYTES = 20
# Steps that a clock may be early or late.
DRIFT = 1


def secret_of(server_key: str, seed: str) -> bytes:
    """What device and appliance share. It cannot be had from the database alone: the server's key is in it."""
    return hmac.digest(server_key.encode(), f"microblog-second-factor {seed}".encode(), sha256)[:SECRET_BYTES]


def code_at(secret: bytes, step: int) -> str:
    """The code of one half minute."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: bytes, code: str, seconds: float) -> int | None:
    """The half minute around that time whose code this is, None if it is none of them."""
    now = int(seconds) // SECONDS
    given = "".join(code.split()).encode(errors="replace")
    steps = range(now - DRIFT, now + DRIFT + 1)
    # All are compared, so that the time it takes tells nothing.
    found = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), given)]
    return found[-1] if found else None


def typed(secret: bytes) -> str:
    """The secret as people type it into an app."""
    return b32encode(secret).decode()


def address(secret: bytes, username: str) -> str:
    """What an app reads from the picture."""
    return f"otpauth://totp/Microblog:{quote(username)}?secret={typed(secret)}&issuer=Microblog"
