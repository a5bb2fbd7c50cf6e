"""The first visitor becomes the administrator, with the code from the log and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from page import Page, PageClient
from people import PASSWORD
from threads import at_once
from werkzeug.test import TestResponse

from app.accounts.queries import all_users
from app.core.database import db, transaction
from app.core.models import Fact
from app.core.time import utc_now
from app.setup import service as setup


@pytest.fixture
def code(app: Flask) -> str:
    """The code that the log shows."""
    return fresh_code(app)


def fresh_code(app: Flask) -> str:
    with app.app_context(), transaction():
        code = setup.new_code()
    assert code is not None
    return code


def try_code(client: PageClient, code: str, username: str = "alice") -> TestResponse:
    return client.send(
        "/setup",
        {
            "code": code,
            "username": username,
            "email": f"{username}@example.org",
            "password": PASSWORD,
            "password2": PASSWORD,
        },
    )


def accounts(app: Flask) -> list[tuple[str, bool]]:
    with app.app_context():
        return [(user.username, user.is_admin) for user in all_users()]


@pytest.mark.parametrize("address", ["/", "/index", "/explore", "/auth/login", "/auth/register", "/search?q=a"])
def test_before_there_is_an_account_every_page_leads_to_set_up(client: PageClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.location) == (302, "/setup")


def test_the_set_up_page_says_where_the_code_is(client: PageClient) -> None:
    page = client.page("/setup")
    assert "log" in page.text
    assert page.headings == ["Set up Microblog"] or page.headings[0]


def test_the_right_code_makes_the_administrator_and_logs_in(app: Flask, client: PageClient, code: str) -> None:
    answer = try_code(client, code)
    assert answer.status_code == 302
    assert accounts(app) == [("alice", True)]
    home = client.page("/")
    assert "administrator" in home.text
    assert "/admin/invitations" in {link.get("href") for link in home.all("a")}


@pytest.mark.parametrize("spelling", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code} "])
def test_the_code_may_be_typed_carelessly(app: Flask, client: PageClient, code: str, spelling) -> None:
    try_code(client, spelling(code))
    assert accounts(app) == [("alice", True)]


@pytest.mark.parametrize("wrong", ["AAAA-AAAA", "x", "\N{SNOWMAN}", "0" * 50])
def test_a_wrong_code_makes_nothing_and_keeps_what_was_typed(
    app: Flask, client: PageClient, code: str, wrong: str
) -> None:
    answer = try_code(client, wrong)
    assert answer.status_code == 422
    assert setup.WRONG in answer.text
    assert Page(answer.text).value_of("username") == "alice"
    assert accounts(app) == []
    try_code(client, code)
    assert accounts(app) == [("alice", True)], "the right code still works"


def test_an_endless_code_makes_nothing(app: Flask, client: PageClient, code: str) -> None:
    assert try_code(client, "0" * 5000).status_code == 422
    assert accounts(app) == []


def test_after_five_wrong_codes_even_the_right_one_is_refused_until_a_restart(
    app: Flask, client: PageClient, code: str
) -> None:
    for _ in range(setup.MOST_TRIES):
        assert setup.WRONG in try_code(client, "AAAA-AAAA").text
    assert setup.TRIED_TOO_OFTEN in try_code(client, code).text
    assert accounts(app) == []
    try_code(client, fresh_code(app))
    assert accounts(app) == [("alice", True)]


def test_a_code_is_refused_after_a_day(app: Flask, client: PageClient, code: str, monkeypatch) -> None:
    monkeypatch.setattr(setup, "utc_now", lambda: utc_now() + setup.LIFETIME + timedelta(minutes=1))
    assert setup.TOO_OLD in try_code(client, code).text
    assert accounts(app) == []


def test_only_the_newest_code_counts(app: Flask, client: PageClient, code: str) -> None:
    fresh_code(app)
    assert setup.WRONG in try_code(client, code).text


def test_the_code_itself_is_stored_nowhere(app: Flask, code: str) -> None:
    with app.app_context():
        fact = db.session.get(Fact, setup.FACT)
        assert fact is not None
        assert code not in fact.value
        assert code.replace("-", "") not in fact.value


@pytest.mark.parametrize("missing", ["code", "username", "email", "password", "password2"])
def test_every_field_is_needed(app: Flask, client: PageClient, code: str, missing: str) -> None:
    fields = {"code": code, "username": "alice", "email": "a@example.org", "password": PASSWORD, "password2": PASSWORD}
    answer = client.send("/setup", fields | {missing: ""})
    assert answer.status_code == 422
    assert accounts(app) == []


@pytest.mark.usefixtures("people")
def test_once_there_is_an_account_there_is_no_set_up(client: PageClient) -> None:
    assert client.get("/setup").status_code == 404
    assert client.get("/").location.startswith("/auth/login")


def test_of_two_who_set_up_at_once_one_becomes_the_administrator(app: Flask, code: str) -> None:
    clients = [PageClient(app), PageClient(app)]
    for client in clients:
        client.get("/setup")
    results = at_once(
        lambda: try_code(clients[0], code, "alice").status_code, lambda: try_code(clients[1], code, "bob").status_code
    )
    assert len(accounts(app)) == 1, results
    assert sorted(map(str, results))[0] == "302"
    assert 302 not in sorted(results, key=str)[1:]
