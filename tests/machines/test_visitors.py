"""Whoever is sent to another machine with each request notices nothing of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from page import PageClient
from people import PASSWORD, People

from app.accounts.queries import get_user
from app.administration.service import suspend
from app.attempts.service import HERE
from app.core.config import Settings
from app.core.database import transaction

pytestmark = pytest.mark.sqlite("starts servers of its own")


@pytest.fixture
def apps(app: Flask, machine: Callable[[str], Settings], make_app: Callable[[Settings], Flask]) -> list[Flask]:
    """The application on two machines."""
    return [app, make_app(machine("second"))]


def log_in(first: PageClient, second: PageClient, password: str) -> int:
    """Fetch the form from one machine and send it to the next; the answer's status."""
    data = {"csrf_token": first.token(), "username": "bob", "password": password}
    name = first.application.config["SESSION_COOKIE_NAME"]
    cookie = first.get_cookie(name)
    assert cookie is not None
    second.set_cookie(name, cookie.value)
    return second.post("/auth/login", data=data).status_code


def test_a_form_of_one_machine_logs_in_at_another_and_all_of_them_know_it(apps: list[Flask], people: People) -> None:
    one, other = PageClient(apps[0]), PageClient(apps[1])
    assert log_in(one, other, PASSWORD) == 302
    name = apps[0].config["SESSION_COOKIE_NAME"]
    cookie = other.get_cookie(name)
    assert cookie is not None
    one.set_cookie(name, cookie.value)
    assert one.get("/index").status_code == other.get("/index").status_code == 200
    with apps[0].app_context(), transaction():
        suspend(get_user("bob"), get_user("alice"))
    assert [each.get("/index").status_code for each in (one, other)] == [302, 302], "out of both at once"


def test_guesses_at_several_machines_count_together(apps: list[Flask], people: People) -> None:
    codes = [log_in(PageClient(apps[0]), PageClient(apps[number % 2]), "wrong") for number in range(HERE.free)]
    assert set(codes) == {422}
    for app in apps:
        assert log_in(PageClient(app), PageClient(app), PASSWORD) == 429


def test_what_is_written_at_one_is_read_at_the_other(apps: list[Flask], people: People) -> None:
    number = people.post("bob", "written here 🦄")
    browser = People(apps[1]).browser("alice")
    assert "written here 🦄" in browser.page(f"/post/{number}").text
