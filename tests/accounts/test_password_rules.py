"""Which passwords somebody may choose, wherever one is chosen."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest
from flask import Flask
from page import PageClient
from people import PASSWORD, People

from app.accounts.rules import COMMON, OWN_WORDS, TOO_COMMON, checked_password
from app.core.config import Settings
from app.core.errors import Invalid

COMMON_ONE = "Password1"


@pytest.mark.parametrize("good", ["eight ch", "x" * 255 + "y", "correct horse battery", "ñandú ☃ verde", "8473625194"])
def test_length_is_all_that_counts(good: str) -> None:
    assert checked_password(good, "alice", "alice@example.org") == good


@pytest.mark.parametrize("bad", ["password", "PassWord", "12345678", "qwertyuiop", "iloveyou1", "aaaaaaaaaaaa"])
def test_what_is_tried_first_is_refused(bad: str) -> None:
    with pytest.raises(Invalid, match="Many people"):
        checked_password(bad)


@pytest.mark.parametrize(
    "bad", ["microblog", "Microblog1", "AliceSmith99", "alice.smith@example.org", "example.org1", "alicesmithmicroblog"]
)  # fmt: skip
def test_what_others_know_of_somebody_is_refused(bad: str) -> None:
    with pytest.raises(Invalid, match="little more than"):
        checked_password(bad, "alicesmith", "alice.smith@example.org")


def test_a_name_within_a_longer_one_is_no_fault() -> None:
    assert checked_password("alice has a green bicycle", "alice", "alice@example.org")


def test_the_list_is_of_some_use_and_in_lower_case() -> None:
    with gzip.open(COMMON, "rt", encoding="utf-8") as lines:
        words = lines.read().splitlines()
    assert len(words) > 5000
    assert all(word == word.lower() and len(word) >= 8 for word in words)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Everybody may make an account."""
    return replace(settings, registration="open")


@pytest.mark.parametrize(("password", "message"), [(COMMON_ONE, TOO_COMMON), ("dora.dora", OWN_WORDS)])
def test_registration_says_what_to_do_instead(
    app: Flask, people: People, client: PageClient, password: str, message: str
) -> None:
    fields = {"username": "dora", "email": "dora@example.org", "password": password, "password2": password}
    answer = client.send("/auth/register", fields)
    assert answer.status_code == 422
    assert message in answer.text
    told = client.post("/api/users", json={key: fields[key] for key in ("username", "email", "password")})
    assert (told.status_code, told.get_json()["message"]) == (400, message)
    assert people.count_users() == 3


@pytest.mark.parametrize(("password", "message"), [(COMMON_ONE, TOO_COMMON), ("bob@example.org", OWN_WORDS)])
def test_so_do_a_change_and_a_link_and_the_shell(
    app: Flask, bob: PageClient, people: People, password: str, message: str
) -> None:
    fields = {"password": password, "password2": password}
    changed = bob.send("/auth/password", {"password_now": PASSWORD, **fields})
    assert (changed.status_code, message in changed.text) == (422, True)
    runner = app.test_cli_runner()
    path = "/" + runner.invoke(args=["user", "reset-link", "bob"]).output.strip().split("/", 3)[3]
    chosen = PageClient(app).send(path, fields)
    assert (chosen.status_code, message in chosen.text) == (422, True)
    reset = runner.invoke(args=["user", "reset-password", "bob", "--password-stdin"], input=password + "\n")
    assert reset.exit_code != 0
    assert message in reset.output
