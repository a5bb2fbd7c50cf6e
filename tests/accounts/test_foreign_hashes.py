"""Hashes of passwords that another program stored: only those are taken that log-in can check, and cheaply enough."""

from __future__ import annotations

import pytest
from werkzeug.security import generate_password_hash

from app.accounts.passwords import is_usable_hash, password_matches

HEX = "ab" * 64


@pytest.mark.parametrize(
    "method", ["scrypt", "scrypt:1024:8:1", "pbkdf2:sha256:10", "pbkdf2:sha1:10", "pbkdf2:sha512:10"]
)
def test_a_hash_that_the_library_makes_is_usable_and_matches(method: str) -> None:
    stored = generate_password_hash("a password", method=method)
    assert is_usable_hash(stored)
    assert password_matches(stored, "a password")
    assert not password_matches(stored, "another")


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "plain$$secret",
        "sha1$salt$" + "a" * 40,
        "md5$salt$" + "a" * 32,
        "scrypt:32768:8$salt$" + HEX,
        "scrypt:32769:8:1$salt$" + HEX,
        "scrypt:2:8:1$salt$" + HEX,
        "scrypt:1048576:8:1$salt$" + HEX,
        "scrypt:0:8:1$salt$" + HEX,
        "pbkdf2:whirlpool:1000$salt$" + HEX,
        "pbkdf2:sha256:0$salt$" + HEX,
        "pbkdf2:sha256:99999999$salt$" + HEX,
        "scrypt:32768:8:1$salt",
        "scrypt:32768:8:1$" + "s" * 200 + "$" + HEX,
    ],
)
def test_a_hash_that_cannot_be_checked_is_not(stored: str) -> None:
    assert not is_usable_hash(stored)


def test_no_password_matches_an_empty_hash() -> None:
    for password in ("", "a password"):
        assert not password_matches("", password)
