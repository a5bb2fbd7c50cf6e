"""Passwords: hashed slowly on purpose, and only a few at a time."""

from __future__ import annotations

import threading

from werkzeug.security import check_password_hash, generate_password_hash

# One scrypt takes 32 MiB and a tenth of a second or more: a storm of log-ins must not exhaust a small machine.
_turns = threading.BoundedSemaphore(2)
# The hash of no password, made with the same parameters: unknown names take as long to refuse as known ones.
_NOBODY = (
    "scrypt:32768:8:1$microblog-nobody$"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
)


def hash_password(password: str) -> str:
    """The hash to store. Slow: never call it inside a transaction."""
    with _turns:
        return generate_password_hash(password, method="scrypt:32768:8:1")


def password_matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one that was stored; as slow for None (no such account). Never inside a transaction."""
    with _turns:
        return check_password_hash(stored or _NOBODY, password) and stored is not None
