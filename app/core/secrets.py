"""Random secrets that are shown once and of which only the hash is stored."""

from __future__ import annotations

from hashlib import sha256


def hash_of(secret: str) -> str:
    """What is stored of a secret. A plain hash is enough: it is random, not something that can be guessed."""
    return sha256(secret.encode(errors="replace")).hexdigest()
