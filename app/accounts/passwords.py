"""Passwords: hashed slowly on purpose, and one at a time."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.security import check_password_hash, generate_password_hash

from ..core.errors import TooManyAtOnce
from ..core.text import normalize

# Threads that may wait for their turn to hash; a further one is refused at once, so that pages are still served.
MAX_WAITING = 2
# Forms of a password that are tried; each costs a hash, and a request must stay cheap.
MAX_FORMS = 2
HASH_LENGTH = 256
# One scrypt takes 32 MiB and a tenth of a second or more: a storm of log-ins must not exhaust a small machine.
_turns = threading.Lock()
_places = {"all": threading.BoundedSemaphore(1 + MAX_WAITING)}
# The hash of no password, made with the same parameters: unknown names take as long to refuse as known ones.
_NOBODY = (
    "scrypt:32768:8:1$microblog-nobody$"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
)


# What the library can check; a hash of other parameters or an old, weak kind would make it raise an error at log-in.
_USABLE = re.compile(
    r"(scrypt:(?P<n>\d{1,7}):(?P<r>\d{1,2}):(?P<p>\d{1,2})|pbkdf2:sha(1|224|256|384|512)(:[1-9]\d{0,6})?)"
    r"\$[^$]+\$[0-9a-f]{40,128}"
)
_MOST_MEMORY = 128 * 2**20


def limit_waiting(threads: int) -> None:
    """Leave one of a process's threads for requests without a password."""
    _places["all"] = threading.BoundedSemaphore(max(1, min(threads - 1, 1 + MAX_WAITING)))


@contextmanager
def _turn() -> Iterator[None]:
    places = _places["all"]
    if not places.acquire(blocking=False):
        raise TooManyAtOnce
    try:
        with _turns:
            yield
    finally:
        places.release()


def hash_password(password: str) -> str:
    """The hash to store, of the normal form that NIST SP 800-63B asks for; raises TooManyAtOnce.

    Slow: never call it inside a transaction.
    """
    with _turn():
        return generate_password_hash(normalize(password, "NFKC"), method="scrypt:32768:8:1")


def password_matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one that was stored; as slow for None (no such account).

    The same password in another normal form is right, too. That costs a second hash of passwords that are not ASCII
    alone: old hashes were made of what was typed, in whichever form. Raises TooManyAtOnce. Never call it
    inside a transaction.
    """
    with _turn():
        return any(check_password_hash(stored or _NOBODY, form) for form in _forms(password)) and stored is not None


def _forms(password: str) -> list[str]:
    """The forms in which a password may have been hashed, each once."""
    if password.isascii():
        return [password]
    composed, decomposed = normalize(password, "NFC"), normalize(password, "NFD")
    return list(dict.fromkeys([normalize(password, "NFKC"), password, composed, decomposed]))[:MAX_FORMS]


def is_usable_hash(stored: str) -> bool:
    """Whether `password_matches` could ever say yes to this hash of another program, in reasonable memory."""
    match = _USABLE.fullmatch(stored)
    if match is None or len(stored) > HASH_LENGTH:
        return False
    if match["n"] is None:
        return True
    n, r, p = int(match["n"]), int(match["r"]), int(match["p"])
    # A power of two, as scrypt demands, and not so small that the library grants it too little memory.
    return n >= 1024 and n & (n - 1) == 0 and r > 0 and p > 0 and 128 * n * r * p <= _MOST_MEMORY
