"""Somebody makes an account of their own, where the appliance lets them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from page import Page, PageClient
from people import PASSWORD, People
from threads import at_once

from app.accounts.queries import find_user
from app.core.config import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Everybody may make an account, unless a test says otherwise."""
    return replace(settings, registration="open")


DORA = {"username": "dora", "email": "dora@example.org", "password": PASSWORD, "password2": PASSWORD}


def test_whoever_registers_can_log_in_with_that(people: People, client: PageClient) -> None:
    answer = client.send("/auth/register", DORA)
    assert (answer.status_code, answer.location) == (302, "/")
    assert "Your account is ready" in client.page("/").text, "and is logged in at once"
    client.send("/auth/logout", form_at="/")
    assert client.send("/auth/login", {"username": "dora", "password": PASSWORD}).status_code == 302
    assert "dora" in client.page("/user/dora").text


def test_a_new_account_is_no_administrator(app: Flask, people: People, client: PageClient) -> None:
    client.send("/auth/register", DORA | {"is_admin": "1"})
    with app.app_context():
        user = find_user("dora")
        assert user is not None
        assert not user.is_admin


@pytest.mark.parametrize("name", ["a", "x" * 64, "A.b-c_9", "..._", "__proto__", "0", "_"])
def test_every_name_of_the_alphabet_works(people: People, client: PageClient, name: str) -> None:
    assert client.send("/auth/register", DORA | {"username": name}).status_code == 302
    assert client.get(f"/user/{name}").status_code == 200


BAD = [
    ("username", "", "Fill this in"),
    ("username", "   ", "Fill this in"),
    ("username", ".", "letters"),
    ("username", "..", "letters"),
    ("username", "x" * 65, "letters"),
    ("username", "do ra", "letters"),
    ("username", "do/ra", "letters"),
    ("username", "dor\N{LATIN SMALL LETTER A WITH DIAERESIS}", "letters"),
    ("username", "\N{ARABIC-INDIC DIGIT FIVE}", "letters"),
    ("username", "<script>", "letters"),
    ("username", "dora\0", "letters"),
    ("username", "alice", "taken"),
    ("username", "ALICE", "taken"),
    ("email", "", "Fill this in"),
    ("email", "nobody", "not an e-mail address"),
    ("email", "a@b", "not an e-mail address"),
    ("email", "a b@example.org", "not an e-mail address"),
    ("email", "a@example.org\r\nBcc: x@example.org", "not an e-mail address"),
    ("email", f"{'x' * 64}@{'y' * 60}.example.org", "at most 120"),
    ("password", "short", "at least 8"),
    ("password", "x" * 257, "at most 256"),
    ("password", "with a \0 in it", "cannot be shown"),
    ("password2", "another password", "differ"),
    ("password2", "", "Fill this in"),
]


@pytest.mark.parametrize(("field", "value", "message"), BAD)
def test_what_cannot_be_used_comes_back_with_the_reason(
    people: People, client: PageClient, field: str, value: str, message: str
) -> None:
    fields = DORA | {field: value} | ({"password2": value} if field == "password" else {})
    answer = client.send("/auth/register", fields)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert message in page.text
    kept = "email" if field == "username" else "username"
    assert page.value_of(kept) == fields[kept], "what was typed is still there"
    assert PASSWORD not in answer.text, "a password is not sent back"
    assert people.count_users() == 3


@pytest.mark.parametrize("name", [b"d\xff\xfe", b"d%FF%FE", b"caf%E9"])
def test_bytes_that_are_no_text_are_refused(people: People, client: PageClient, name: bytes) -> None:
    token = client.token("/auth/register")
    body = f"csrf_token={token}&email=dora%40example.org&password={'x' * 9}&password2={'x' * 9}&username=".encode()
    answer = client.post("/auth/register", data=body + name, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert Page(answer.text).value_of("email") == "dora@example.org"
    assert people.count_users() == 3


def test_of_two_who_want_the_same_name_one_gets_it_and_the_other_is_told(app: Flask, people: People) -> None:
    def register(name: str, email: str) -> int:
        return PageClient(app).send("/auth/register", DORA | {"username": name, "email": email}).status_code

    results = at_once(lambda: register("Dora", "one@example.org"), lambda: register("dora", "two@example.org"))
    assert sorted(results, key=str) == [302, 422]
    assert people.count_users() == 4


@pytest.fixture
def closed(settings: Settings, make_app) -> Flask:
    """An appliance that takes no new accounts."""
    return make_app(replace(settings, registration="closed"))


def test_where_registration_is_closed_nobody_registers_and_the_page_says_whom_to_ask(closed: Flask) -> None:
    people, client = People(closed).settle(), PageClient(closed)
    assert "Ask whoever runs it" in client.page("/auth/register", 403).text
    token = client.token("/auth/login")
    assert client.post("/auth/register", data=DORA | {"csrf_token": token}).status_code == 403
    assert people.count_users() == 3
    assert "/auth/register" not in client.get("/auth/login").text, "no link to a page that refuses"
