"""When somebody was last here is noted, at most every ten minutes: cards wear out by writing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from page import PageClient
from people import People
from statements import Statements

from app.accounts.queries import get_user
from app.accounts.service import LAST_SEEN_EVERY
from app.core.database import transaction
from app.core.time import utc_now
from app.web.static_files import StaticFiles


@pytest.fixture
def long_gone(app: Flask, people: People) -> None:
    """Alice was here long ago."""
    with app.app_context(), transaction():
        get_user("alice").last_seen = utc_now() - LAST_SEEN_EVERY - timedelta(seconds=1)


@pytest.mark.usefixtures("long_gone")
def test_a_visit_is_noted_once(app: Flask, alice: PageClient, statements: Statements) -> None:
    with statements:
        alice.get("/explore")
        alice.get("/index")
        alice.get("/user/bob")
    assert [write.split()[:2] for write in statements.writes] == [["UPDATE", "user"], ["UPDATE", "browser_session"]]
    with app.app_context():
        assert utc_now() - get_user("alice").last_seen < LAST_SEEN_EVERY


def test_a_visit_in_what_is_now_the_future_is_noted_anew_once(
    app: Flask, people: People, alice: PageClient, statements: Statements
) -> None:
    alice.get("/index")
    with app.app_context(), transaction():
        get_user("alice").last_seen = utc_now() + timedelta(days=400)
    with statements:
        alice.get("/index")
        alice.get("/index")
    assert len([write for write in statements.writes if write.startswith("UPDATE user")]) == 1
    with app.app_context():
        assert get_user("alice").last_seen <= utc_now()


@pytest.mark.usefixtures("long_gone")
@pytest.mark.parametrize("address", ["/user/nobody", "/livez", "/readyz", StaticFiles().url("icon.svg")])
def test_what_is_no_visit_is_not_noted(alice: PageClient, statements: Statements, address: str) -> None:
    with statements:
        alice.get(address)
    assert not statements.writes
