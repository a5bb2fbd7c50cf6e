"""Where somebody is logged in: seen, ended, kept, forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from page import PageClient
from people import PASSWORD, People
from statements import Statements

from app.core.database import db, transaction
from app.core.errors import StorageFull
from app.core.time import utc_now
from app.sessions import service
from app.sessions.browsers import browser_of
from app.sessions.models import BrowserSession
from app.sessions.service import MOST_SESSIONS

PAGE = "/auth/security"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit Version/17.5 Mobile/15E148 Safari/604.1"


def is_logged_in(client: PageClient) -> bool:
    return client.get("/index").status_code == 200


def log_in(app: Flask, name: str = "bob", **headers: str) -> PageClient:
    client = PageClient(app)
    data = {"csrf_token": client.token(), "username": name, "password": PASSWORD}
    assert client.post("/auth/login", data=data, headers=headers).status_code == 302
    return client


def rows(app: Flask) -> list[BrowserSession]:
    with app.app_context():
        return db.session.query(BrowserSession).order_by(BrowserSession.id).all()


def test_the_page_shows_each_with_its_device_and_marks_this_one(app: Flask, people: People) -> None:
    log_in(app, **{"User-Agent": PHONE})
    here = log_in(app, **{"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"})
    log_in(app, "charlie")
    text = here.page(PAGE).text
    assert "Safari on iPhone Used" in text
    assert "Firefox on Linux Here Used" in text
    assert "from 127.0.0.1" in text
    assert text.count("logged in just now") == 2, "nobody else's"


def test_one_elsewhere_is_ended_alone(app: Flask, people: People) -> None:
    first, second, third = (log_in(app) for _ in range(3))
    third.send(f"/auth/sessions/{rows(app)[0].id}/end", form_at=PAGE)
    assert [is_logged_in(client) for client in (first, second, third)] == [False, True, True]


def test_all_others_are_ended_and_those_of_others_are_not(app: Flask, people: People) -> None:
    first, here, charlie = log_in(app), log_in(app), log_in(app, "charlie")
    here.send("/auth/sessions/end", form_at=PAGE)
    assert [is_logged_in(client) for client in (first, here, charlie)] == [False, True, True]
    assert "bob was logged out elsewhere, by bob" in people.browser("alice").page("/admin/events").text


def test_nobody_ends_those_of_others(app: Flask, people: People) -> None:
    bob, charlie = log_in(app), log_in(app, "charlie")
    assert charlie.send(f"/auth/sessions/{rows(app)[0].id}/end", form_at=PAGE).status_code == 404
    assert is_logged_in(bob)


def test_a_cookie_that_was_copied_is_worthless_after_logging_out(app: Flask, people: People) -> None:
    client, thief = log_in(app), PageClient(app)
    with client.session_transaction() as theirs:
        stolen = theirs["_user_id"]
    with thief.session_transaction() as session:
        session["_user_id"], session["_fresh"] = stolen, True
    assert is_logged_in(thief)
    client.send("/auth/logout", form_at=PAGE)
    assert not is_logged_in(thief)
    assert rows(app) == []


def test_a_browser_is_logged_out_although_the_database_takes_nothing(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_session_id: int) -> None:
        raise StorageFull

    bob = log_in(app)
    monkeypatch.setattr(service, "end_session", refuse)
    assert bob.send("/auth/logout", form_at="/index").status_code == 302
    assert not is_logged_in(bob)


def test_every_log_in_has_a_token_of_its_own_which_is_not_stored(app: Flask, people: People) -> None:
    tokens = []
    client = log_in(app)
    for _ in range(2):
        with client.session_transaction() as session:
            tokens.append(session["_user_id"])
        client.send("/auth/logout", form_at=PAGE)
        client.send("/auth/login", {"username": "bob", "password": PASSWORD})
    assert len(set(tokens)) == 2
    with app.app_context():
        assert not any(token in str(db.session.execute(db.select(BrowserSession.token_hash)).all()) for token in tokens)


@pytest.mark.parametrize(("age", "good"), [(timedelta(seconds=10), True), (-timedelta(seconds=1), False)])
def test_it_ends_by_itself_when_it_is_not_used(app: Flask, bob: PageClient, age: timedelta, good: bool) -> None:
    with app.app_context(), transaction() as session:
        session.query(BrowserSession).update({"expires_at": utc_now() + age})
    assert is_logged_in(bob) is good


def test_what_has_ended_is_cleared_away_and_one_account_has_at_most_so_many(app: Flask, people: People) -> None:
    for _ in range(MOST_SESSIONS + 2):
        people.log_in("bob")
    people.log_in("charlie")
    assert len(rows(app)) == MOST_SESSIONS + 1
    with app.app_context(), transaction() as session:
        session.query(BrowserSession).update({"expires_at": utc_now() - timedelta(seconds=1)})
    people.log_in("alice")
    assert len(rows(app)) == 1


def test_looking_and_polling_write_nothing_and_who_it_is_costs_one_query(
    app: Flask, people: People, bob: PageClient, statements: Statements
) -> None:
    bob.get("/explore")
    with statements:
        for _ in range(3):
            bob.get("/notifications")
            bob.get(PAGE)
    assert not statements.writes
    statements.seen.clear()
    with statements:
        bob.get("/auth/password")
    # Who it is, and how many messages are unread.
    assert len([query for query in statements.queries if "browser_session" in query]) == 1
    assert len([query for query in statements.queries if "FROM user" in query or "JOIN user" in query]) == 1


def test_the_page_takes_as_many_queries_for_many_as_for_few(
    people: People, bob: PageClient, statements: Statements
) -> None:
    bob.get(PAGE)
    counts = []
    for _ in range(2):
        statements.seen.clear()
        with statements:
            bob.get(PAGE)
        counts.append(len(statements.queries))
        for _ in range(20):
            people.log_in("bob")
    assert counts[0] == counts[1] <= 5


@pytest.mark.parametrize(
    ("user_agent", "names"),
    [
        (PHONE, ("Safari", "iPhone")),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0.0.0 Safari/537.36 Edg/126.0", ("Edge", "Windows")),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/126.0.0.0 Mobile Safari/537.36", ("Chrome", "Android")),
        ("curl/8.0", ("", "")),
        ("", ("", "")),
        ("Firefox/" * 5000, ("Firefox", "")),
    ],
)  # fmt: skip
def test_a_browser_is_called_by_its_name(user_agent: str, names: tuple[str, str]) -> None:
    assert browser_of(user_agent) == names
