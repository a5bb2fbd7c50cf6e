"""Who can make an account in each mode of registration, and what the others are told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from page import Page, PageClient
from people import PASSWORD, People

from app.accounts.models import ACTIVE, WAITING
from app.accounts.queries import find_user
from app.core.config import Settings

DORA = {"username": "dora", "email": "dora@example.org", "password": PASSWORD, "password2": PASSWORD}
LOG_IN = {"username": "dora", "password": PASSWORD}


@pytest.fixture(params=["closed", "invite", "approval", "open"])
def mode(request: pytest.FixtureRequest) -> str:
    """Every mode."""
    return str(request.param)


@pytest.fixture
def settings(settings: Settings, mode: str) -> Settings:
    """An appliance in that mode."""
    return replace(settings, registration=mode)


def status_of(app: Flask, username: str) -> str | None:
    with app.app_context():
        user = find_user(username)
        return user.status if user else None


def register(client: PageClient) -> int:
    """Send the form whether or not a page shows it."""
    return client.post("/auth/register", data=DORA | {"csrf_token": client.token("/auth/login")}).status_code


@pytest.mark.parametrize(
    ("mode", "answer", "status"),
    [("closed", 403, None), ("invite", 403, None), ("approval", 302, WAITING), ("open", 302, ACTIVE)],
    indirect=["mode"],
)
def test_the_form_makes_an_account_only_where_the_mode_says_so(
    app: Flask, people: People, client: PageClient, answer: int, status: str | None
) -> None:
    assert register(client) == answer
    assert status_of(app, "dora") == status
    assert people.count_users() == (4 if status else 3)


@pytest.mark.parametrize(
    ("mode", "answer", "words", "forms"),
    [
        ("closed", 403, "takes no new accounts. Ask whoever runs it", 0),
        ("invite", 200, "new people come by invitation. Ask whoever runs this appliance", 0),
        ("approval", 200, "An administrator looks at every new account", 1),
        ("open", 200, "Make my account", 1),
    ],
    indirect=["mode"],
)
def test_the_page_shows_a_form_or_says_whom_to_ask(
    people: People, client: PageClient, answer: int, words: str, forms: int
) -> None:
    page = client.page("/auth/register", answer)
    assert words in page.text
    assert len(page.all("form")) == forms


def test_the_log_in_page_leads_only_to_a_form_that_is_there(people: People, client: PageClient, mode: str) -> None:
    page = client.page("/auth/login")
    assert ("/auth/register" in {link.get("href") for link in page.all("a")}) is (mode in ("approval", "open"))
    assert ("Ask whoever runs this appliance" in page.text) is (mode in ("closed", "invite"))


@pytest.mark.parametrize(
    ("mode", "answer", "status"),
    [("closed", 403, None), ("invite", 403, None), ("approval", 201, WAITING), ("open", 201, ACTIVE)],
    indirect=["mode"],
)
def test_a_program_is_answered_by_the_same_rule(
    app: Flask, people: People, client: PageClient, answer: int, status: str | None
) -> None:
    given = client.post("/api/users", json={"username": "dora", "email": "dora@example.org", "password": PASSWORD})
    assert given.status_code == answer
    assert status_of(app, "dora") == status


@pytest.mark.parametrize("mode", ["approval"], indirect=True)
def test_who_waits_is_told_so_only_with_the_right_password_and_gets_in_nowhere(
    app: Flask, people: People, client: PageClient
) -> None:
    register(client)
    assert "has to approve it" in client.page("/auth/login").text
    wrong = client.send("/auth/login", LOG_IN | {"password": "a wrong password"})
    assert "waiting" not in wrong.text
    right = client.send("/auth/login", LOG_IN)
    assert right.status_code == 422
    assert "Your account is waiting" in Page(right.text).text
    assert client.get("/index").status_code == 302
    token = client.post("/api/tokens", auth=("dora", PASSWORD))
    assert (token.status_code, token.get_json()["error"]) == (403, "Forbidden")
    assert "waiting" in token.get_json()["message"]


@pytest.mark.parametrize("mode", ["approval"], indirect=True)
def test_who_waits_is_not_there_for_others(
    app: Flask, people: People, client: PageClient, bob: PageClient, alice: PageClient
) -> None:
    register(client)
    assert bob.get("/user/dora").status_code == 404
    assert bob.get("/user/dora/popup").status_code == 404
    assert bob.send("/follow/dora", form_at="/explore").status_code == 404
    assert bob.get("/messages/with/dora").status_code == 404
    token = client.post("/api/tokens", auth=("bob", PASSWORD)).get_json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    names = [each["username"] for each in client.get("/api/users", headers=headers).get_json()["items"]]
    assert names == ["alice", "bob", "charlie"]
    assert client.get("/api/users/4", headers=headers).status_code == 404
    alice.send("/admin/people/4/approve", form_at="/admin/people/4")
    assert bob.get("/user/dora").status_code == 200
    assert client.get("/api/users/4", headers=headers).status_code == 200


@pytest.mark.parametrize("mode", ["approval"], indirect=True)
def test_administrators_see_how_many_wait_on_every_page_and_nobody_else_does(
    people: People, client: PageClient, alice: PageClient, bob: PageClient
) -> None:
    assert "waiting for approval" not in alice.page("/explore").text
    register(client)
    page = alice.page("/explore")
    assert "1 waiting for approval" in page.text
    assert "/admin/people?show=waiting" in {link.get("href") for link in page.all("a")}
    assert "waiting for approval" not in bob.page("/explore").text


def test_the_shell_makes_accounts_in_every_mode(app: Flask, people: People, client: PageClient) -> None:
    result = app.test_cli_runner().invoke(args=["user", "create", "dora", "dora@example.org", "--password-stdin"],
                                          input=PASSWORD)  # fmt: skip
    assert result.exit_code == 0
    assert client.send("/auth/login", LOG_IN).status_code == 302
