"""Logging in and out: who gets in, for how long, and where to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from page import Page, PageClient
from people import PASSWORD, People

from app.accounts.passwords import hash_password
from app.accounts.queries import get_user
from app.accounts.service import set_password
from app.attempts.service import HERE, NETWORK
from app.core.config import Settings
from app.core.database import transaction
from app.web.static_files import StaticFiles

WRONG = "The name or the password is wrong."


def log_in(client: PageClient, username: str = "alice", password: str = PASSWORD, **fields: str):
    return client.send("/auth/login", {"username": username, "password": password, **fields})


def is_logged_in(client: PageClient) -> bool:
    return client.get("/index").status_code == 200


@pytest.mark.parametrize("spelling", ["alice", "ALICE", " alice "])
def test_the_right_password_lets_in(people: People, client: PageClient, spelling: str) -> None:
    answer = log_in(client, spelling)
    assert (answer.status_code, answer.location) == (302, "/")
    assert is_logged_in(client)


@pytest.mark.parametrize(
    ("username", "password"),
    [("alice", "wrong password"), ("nobody", PASSWORD), ("alice", "x" * 5000), ("alice\0", PASSWORD)],
)
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    people: People, client: PageClient, username: str, password: str
) -> None:
    answer = log_in(client, username, password)
    assert answer.status_code == 422
    assert WRONG in answer.text
    assert password not in answer.text
    assert not is_logged_in(client)


def test_the_name_typed_is_kept(people: People, client: PageClient) -> None:
    assert Page(log_in(client, "alice", "wrong password").text).value_of("username") == "alice"


@pytest.mark.parametrize("missing", ["username", "password"])
def test_both_fields_are_needed(people: People, client: PageClient, missing: str) -> None:
    answer = client.send("/auth/login", {"username": "alice", "password": PASSWORD} | {missing: ""})
    assert answer.status_code == 422
    assert "Fill this in" in answer.text


def test_logging_out_ends_it_and_says_so(people: People, client: PageClient) -> None:
    log_in(client, remember_me="y")
    answer = client.send("/auth/logout", form_at="/index")
    assert answer.location == "/auth/login"
    assert "You are logged out" in client.page("/auth/login").text
    assert not is_logged_in(client)


def test_a_link_cannot_log_somebody_out(alice: PageClient) -> None:
    assert alice.get("/auth/logout").status_code == 405
    assert is_logged_in(alice)


def test_remember_me_outlives_the_browser_and_plain_log_in_does_not(people: People, app: Flask) -> None:
    for remember in (False, True):
        client = PageClient(app)
        log_in(client, **({"remember_me": "y"} if remember else {}))
        client.delete_cookie(app.config["SESSION_COOKIE_NAME"])  # what closing the browser does
        assert is_logged_in(client) is remember


@pytest.mark.parametrize(("https", "prefix"), [(False, "microblog-"), (True, "__Host-microblog-")])
def test_the_cookies_are_out_of_reach_for_scripts_and_other_sites(
    settings: Settings, make_app, https: bool, prefix: str
) -> None:
    app = make_app(replace(settings, https=https))
    People(app).settle()
    client = PageClient(app)
    base = "https://localhost" if https else "http://localhost"
    token = Page(client.get("/auth/login", base_url=base).text).value_of("csrf_token")
    data = {"csrf_token": token, "username": "alice", "password": PASSWORD, "remember_me": "y"}
    cookies = client.post("/auth/login", data=data, base_url=base).headers.getlist("Set-Cookie")
    names = {cookie.partition("=")[0] for cookie in cookies}
    instance = app.config["SESSION_COOKIE_NAME"].split("-")[-2]
    assert len(instance) >= 8
    assert names == {f"{prefix}{instance}-{kind}" for kind in ("session", "remember", "known")}
    for cookie in cookies:
        parts = {part.strip().lower() for part in cookie.split(";")}
        assert {"httponly", "samesite=lax", "path=/"} <= parts
        assert ("secure" in parts) is https
        assert not any(part.startswith("domain") for part in parts)


def test_too_many_wrong_passwords_close_the_door_for_that_network_alone(people: People, client: PageClient) -> None:
    for _ in range(HERE.free):
        assert log_in(client, password="wrong password").status_code == 422
    answer = log_in(client)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= HERE.first
    assert "Too many tries" in answer.text
    assert not is_logged_in(client)
    token = client.token("/auth/login")
    data = {"csrf_token": token, "username": "alice", "password": PASSWORD}
    elsewhere = client.post("/auth/login", data=data, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 302


def test_getting_in_forgets_earlier_slips(people: People, app: Flask) -> None:
    for _ in range(3):
        client = PageClient(app)
        for _ in range(HERE.free - 1):
            log_in(client, password="wrong password")
        assert log_in(client).status_code == 302


def test_an_account_of_ones_own_does_not_reset_what_its_network_failed(people: People, client: PageClient) -> None:
    for number in range(NETWORK.free):
        assert log_in(client, f"name{number}", "wrong password").status_code == 422
    assert log_in(client, "bob").status_code == 429


def test_a_new_password_ends_every_log_in_remembered_ones_too(app: Flask, people: People) -> None:
    clients = [PageClient(app), PageClient(app)]
    log_in(clients[0])
    log_in(clients[1], remember_me="y")
    assert all(map(is_logged_in, clients))
    new = hash_password("another password")
    with app.app_context(), transaction():
        set_password(get_user("alice"), new)
    assert not any(map(is_logged_in, clients))
    log_in(clients[0], password="another password")
    assert is_logged_in(clients[0])


@pytest.mark.parametrize("forged", ["1", "1.", "1.wrong", "x", "", "9" * 40, "-1.x", "1.\N{SNOWMAN}"])
def test_a_session_that_was_never_given_out_is_nobodys(people: People, client: PageClient, forged: str) -> None:
    with client.session_transaction() as session:
        session["_user_id"] = forged
    assert not is_logged_in(client)


GOOD = ["/explore", "/user/bob", "/search?q=a+b&page=2", "/explore?page=2"]
HOSTILE = [
    "https://evil.example",
    "https:///evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "/explore\r\nX-Header: 1",
    "/explore\0",
    "/auth/logout",
    "/follow/bob",
    "/no/such/page",
    StaticFiles().url("icon.svg"),
    "/auth/login",
    " /explore",
    "explore",
    "@evil.example",
    "/" + "x" * 3000,
]


@pytest.mark.parametrize("target", GOOD)
def test_after_log_in_one_is_where_one_wanted_to_be(people: People, client: PageClient, target: str) -> None:
    token = client.token("/auth/login")
    data = {"csrf_token": token, "username": "alice", "password": PASSWORD}
    assert client.post("/auth/login", query_string={"next": target}, data=data).location == target


@pytest.mark.parametrize("target", HOSTILE)
def test_log_in_leads_nowhere_else(people: People, client: PageClient, target: str) -> None:
    token = client.token("/auth/login")
    data = {"csrf_token": token, "username": "alice", "password": PASSWORD}
    answer = client.post("/auth/login", query_string={"next": target}, data=data)
    assert (answer.status_code, answer.location) == (302, "/")


def test_the_way_back_survives_a_wrong_password(people: People, client: PageClient) -> None:
    address = "/auth/login?next=%2Fexplore"
    token = client.token(address)
    wrong = client.post(address, data={"csrf_token": token, "username": "alice", "password": "wrong password"})
    forms = [form for form in Page(wrong.text).all("form") if form.get("method") == "post"]
    assert [form.get("action", "") for form in forms] == [""], "the form goes to the address it came from, next and all"
