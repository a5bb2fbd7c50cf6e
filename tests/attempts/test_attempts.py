"""Guessing is slowed down, across restarts, and nobody can keep somebody else out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from page import Page, PageClient
from people import PASSWORD, People
from werkzeug.test import TestResponse

from app.accounts import passwords
from app.attempts import service
from app.attempts.models import Attempt
from app.attempts.service import ANYWHERE, HERE, NETWORK, Limit
from app.core.database import db, transaction
from app.core.time import utc_now

WRONG = "a wrong password"


def log_in(client: PageClient, password: str = PASSWORD, name: str = "bob", address: str = "192.0.2.1") -> TestResponse:
    data = {"csrf_token": client.token(), "username": name, "password": password}
    return client.post("/auth/login", data=data, environ_base={"REMOTE_ADDR": address})


def rows(app: Flask) -> int:
    with app.app_context():
        return db.session.query(Attempt).count()


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 5), (6, 10), (7, 20), (12, 640), (13, 900), (10_000, 900)]
)
def test_the_pause_grows_up_to_its_end(failures: int, seconds: int) -> None:
    assert HERE.pause(failures) == seconds


def test_a_restart_does_not_let_anybody_in_sooner(app: Flask, people: People, make_app) -> None:
    for _ in range(HERE.free):
        log_in(PageClient(app), WRONG)
    again = make_app()
    assert log_in(PageClient(again)).status_code == 429


def test_it_is_over_when_the_time_is_over(app: Flask, people: People, client: PageClient, monkeypatch) -> None:
    for _ in range(HERE.free):
        log_in(client, WRONG)
    later = utc_now() + timedelta(seconds=HERE.first + 1)
    monkeypatch.setattr(service, "utc_now", lambda: later)
    assert log_in(client, WRONG).status_code == 422
    refused = log_in(client)
    assert refused.status_code == 429
    assert HERE.first < int(refused.headers["Retry-After"]) <= 2 * HERE.first


def test_a_pause_noted_while_the_clock_was_years_ahead_keeps_nobody_out(
    app: Flask, people: People, client: PageClient, monkeypatch
) -> None:
    future = utc_now() + timedelta(days=1000)
    monkeypatch.setattr(service, "utc_now", lambda: future)
    for _ in range(HERE.free):
        log_in(client, WRONG)
    assert log_in(client).status_code == 429
    monkeypatch.undo()
    assert log_in(client).status_code == 302


def test_many_networks_together_delay_an_account_for_half_a_minute_at_most(app: Flask, people: People) -> None:
    client = PageClient(app)
    codes = [log_in(client, WRONG, address=f"198.51.{number}.1").status_code for number in range(ANYWHERE.free)]
    assert set(codes) == {422}
    refused = log_in(client, address="203.0.113.9")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= ANYWHERE.longest
    assert ANYWHERE.pause(10_000) == 30


def test_a_browser_that_was_in_before_is_not_delayed_by_what_others_fail(app: Flask, people: People) -> None:
    own = PageClient(app)
    log_in(own)
    own.send("/auth/logout", form_at="/index")
    for number in range(ANYWHERE.free):
        log_in(PageClient(app), WRONG, address=f"198.51.{number}.1")
    assert log_in(PageClient(app), address="203.0.113.9").status_code == 429
    assert log_in(own, address="203.0.113.9").status_code == 302


def test_a_known_browser_is_known_for_its_own_account_and_has_a_limit_too(app: Flask, people: People) -> None:
    own = PageClient(app)
    log_in(own)
    own.send("/auth/logout", form_at="/index")
    for _ in range(HERE.free):
        assert log_in(own, WRONG).status_code == 422
    assert log_in(own).status_code == 429
    for _ in range(HERE.free):
        assert log_in(own, WRONG, "charlie").status_code == 422
    assert log_in(PageClient(app), name="charlie").status_code == 429, "counted by the network"


def test_nothing_that_was_typed_is_stored_and_rows_do_not_grow_without_end(
    app: Flask, people: People, client: PageClient, monkeypatch
) -> None:
    monkeypatch.setattr(service, "MOST_ROWS", 6)
    for number in range(12):
        log_in(client, WRONG, f"name{number}", f"198.51.{number}.1")
    assert rows(app) <= 6
    with app.app_context():
        assert all(len(key) == 64 for key in db.session.scalars(db.select(Attempt.key_hash)))


def test_what_is_old_is_forgotten(app: Flask, people: People, client: PageClient) -> None:
    log_in(client, WRONG)
    with app.app_context(), transaction() as session:
        session.query(Attempt).update({"failed_at": utc_now() - service.MEMORY - timedelta(seconds=1)})
    log_in(client, WRONG, "charlie", "198.51.100.1")
    assert rows(app) == 3


@pytest.mark.parametrize("form", ["{}", "::ffff:{}", "64:ff9b::{}", "{}:4711", "[::ffff:{}]:80"])
def test_one_visitor_of_ipv4_keeps_nobody_else_out(app: Flask, people: People, form: str) -> None:
    for number in range(NETWORK.free):
        log_in(PageClient(app), WRONG, f"name{number}", form.format("192.0.2.1"))
    assert log_in(PageClient(app), address=form.format("192.0.2.1")).status_code == 429
    for other in (form.format("192.0.2.2"), "::1", "2001:db8::1"):
        assert log_in(PageClient(app), address=other).status_code == 302


@pytest.mark.parametrize("form", ["192.0.2.1:{}", "[2001:db8::1]:{}", "made up {}", "2001:db8::{:x}", "fe80::1%eth{}"])
def test_a_visitor_who_is_written_in_many_ways_is_one(app: Flask, people: People, form: str) -> None:
    for number in range(NETWORK.free):
        log_in(PageClient(app), WRONG, f"name{number}", form.format(number + 1))
    assert log_in(PageClient(app), address=form.format(9999)).status_code == 429


def hashes_of(monkeypatch, act) -> tuple[int, object]:
    """How many hashes are computed, and what comes of it."""
    counted: list[int] = []
    real = passwords.check_password_hash
    monkeypatch.setattr(passwords, "check_password_hash", lambda *given: counted.append(1) or real(*given))
    result = act()
    monkeypatch.setattr(passwords, "check_password_hash", real)
    return len(counted), result


def test_a_name_that_is_not_here_costs_as_much_work_and_gets_the_same_text(
    app: Flask, people: People, monkeypatch
) -> None:
    seen = []
    for name in ("bob", "nobody"):
        work, answer = hashes_of(monkeypatch, lambda name=name: log_in(PageClient(app), WRONG, name))
        text = Page(answer.text).text
        seen.append((work, answer.status_code, text))
    assert seen[0] == seen[1]
    assert seen[0][0] == 1


def test_a_name_that_is_not_here_is_delayed_like_one_that_is(app: Flask, people: People) -> None:
    seen = []
    for name, address in (("bob", "192.0.2.1"), ("nobody", "192.0.2.2")):
        codes = [log_in(PageClient(app), WRONG, name, address).status_code for _ in range(HERE.free + 1)]
        seen.append(codes)
    assert seen[0] == seen[1] == [422] * HERE.free + [429]


def test_programs_learn_nothing_about_names_either(app: Flask, people: People, monkeypatch) -> None:
    seen = []
    for name in ("bob", "nobody"):
        work, answer = hashes_of(monkeypatch, lambda name=name: PageClient(app).post("/api/tokens", auth=(name, WRONG)))
        seen.append((work, answer.status_code, answer.get_json()))
    assert seen[0] == seen[1] == (1, 401, {"error": "Unauthorized"})


def test_a_limit_without_free_tries_pauses_at_once() -> None:
    assert Limit(free=0, first=2, longest=30).pause(1) == 4
    assert NETWORK.pause(NETWORK.free - 1) == 0
