"""Choosing another password, by whoever knows the one until now."""

from __future__ import annotations

import pytest
from flask import Flask
from page import PageClient
from people import PASSWORD, People
from werkzeug.test import TestResponse

from app.attempts.service import HERE

NEW = "a new password"


def change(client: PageClient, now: str = PASSWORD, new: str = NEW, again: str | None = None) -> TestResponse:
    fields = {"password_now": now, "password": new, "password2": new if again is None else again}
    return client.send("/auth/password", fields)


def can_log_in(app: Flask, password: str) -> bool:
    answer = PageClient(app).send("/auth/login", {"username": "alice", "password": password})
    return answer.status_code == 302


def is_logged_in(client: PageClient) -> bool:
    return client.get("/index").status_code == 200


def test_the_new_password_counts_and_the_old_one_no_longer(app: Flask, alice: PageClient) -> None:
    answer = change(alice)
    assert (answer.status_code, answer.location) == (302, "/auth/security")
    assert "Your password is changed" in alice.page("/auth/security").text
    assert can_log_in(app, NEW)
    assert not can_log_in(app, PASSWORD)


@pytest.mark.parametrize("remember", [{}, {"remember_me": "y"}])
def test_other_log_ins_end_and_this_one_goes_on(app: Flask, people: People, remember: dict[str, str]) -> None:
    here, elsewhere = PageClient(app), PageClient(app)
    for client in (here, elsewhere):
        client.send("/auth/login", {"username": "alice", "password": PASSWORD, **remember})
    change(here)
    assert is_logged_in(here)
    assert not is_logged_in(elsewhere)
    here.delete_cookie(app.config["SESSION_COOKIE_NAME"])
    assert is_logged_in(here) is bool(remember), "this browser is remembered if it was before"


@pytest.mark.parametrize(
    ("now", "new", "again", "message"),
    [
        ("wrong password", NEW, NEW, "This is not your password"),
        ("", NEW, NEW, "Fill this in"),
        (PASSWORD, "short", "short", "at least 8"),
        (PASSWORD, NEW, "another one", "differ"),
        (PASSWORD, "x" * 257, "x" * 257, "at most 256"),
    ],
)
def test_what_is_wrong_is_told_and_changes_nothing(
    app: Flask, alice: PageClient, now: str, new: str, again: str, message: str
) -> None:
    answer = change(alice, now, new, again)
    assert answer.status_code == 422
    assert message in answer.text
    assert NEW not in answer.text
    assert can_log_in(app, PASSWORD)


def test_guessing_is_slowed_down_here_too(app: Flask, alice: PageClient) -> None:
    for _ in range(HERE.free):
        assert change(alice, "wrong password").status_code == 422
    assert change(alice).status_code == 429
