"""Tokens as programs get them: for a name and a password, for an hour."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

import pytest
from flask import Flask
from page import PageClient
from people import PASSWORD, People
from werkzeug.test import TestResponse

from app.attempts.service import HERE
from app.core.time import utc_now
from app.tokens import queries
from app.tokens.service import LOG_IN_LIFETIME


def basic(username: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{username}:{password}".encode()).decode()}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def ask(client: PageClient, password: str = PASSWORD) -> TestResponse:
    return client.post("/api/tokens", headers=basic("bob", password))


def test_the_right_password_gets_a_token_that_works(people: People, client: PageClient) -> None:
    answer = ask(client)
    assert answer.status_code == 200
    token = answer.get_json()["token"]
    assert len(token) == 32
    found = client.get("/api/users/2", headers=bearer(token))
    assert found.get_json()["username"] == "bob"


def test_several_programs_have_their_own(people: People, client: PageClient) -> None:
    tokens = [ask(client).get_json()["token"] for _ in range(3)]
    assert len(set(tokens)) == 3
    assert client.delete("/api/tokens", headers=bearer(tokens[0])).status_code == 204
    statuses = [client.get("/api/users/1", headers=bearer(token)).status_code for token in tokens]
    assert statuses == [401, 200, 200]


def test_it_ends_after_an_hour(people: People, client: PageClient, monkeypatch) -> None:
    token = ask(client).get_json()["token"]
    later = utc_now() + LOG_IN_LIFETIME
    monkeypatch.setattr(queries, "utc_now", lambda: later - timedelta(seconds=10))
    assert client.get("/api/users/1", headers=bearer(token)).status_code == 200
    monkeypatch.setattr(queries, "utc_now", lambda: later + timedelta(seconds=1))
    assert client.get("/api/users/1", headers=bearer(token)).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{}, basic("bob", "wrong"), basic("nobody", PASSWORD), {"Authorization": "Basic %%%"}, {"Authorization": "x"},
     {"Authorization": "Bearer x"}, basic("", ""), basic("b\0b", PASSWORD)],
)  # fmt: skip
def test_anything_else_gets_none(people: People, client: PageClient, headers: dict[str, str]) -> None:
    answer = client.post("/api/tokens", headers=headers)
    assert (answer.status_code, answer.get_json()) == (401, {"error": "Unauthorized"})
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    "headers", [{}, bearer(""), bearer("x"), bearer("x" * 5000), bearer("\u00fc"), basic("bob", PASSWORD)]
)
def test_without_a_good_token_there_is_no_way_in(people: People, client: PageClient, headers: dict[str, str]) -> None:
    answer = client.get("/api/users", headers=headers)
    assert (answer.status_code, answer.get_json()) == (401, {"error": "Unauthorized"})
    assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")


def test_the_log_in_of_a_browser_does_not_count(alice: PageClient) -> None:
    assert alice.get("/api/users").status_code == 401
    assert alice.put("/api/users/1", json={"about_me": "forged by another site"}).status_code == 401


def test_guessing_is_slowed_down(app: Flask, people: People, client: PageClient) -> None:
    for _ in range(HERE.free):
        assert ask(client, "wrong").status_code == 401
    answer = ask(client)
    assert answer.status_code == 429
    assert answer.get_json()["error"] == "Too Many Requests"
    assert int(answer.headers["Retry-After"]) > 0
