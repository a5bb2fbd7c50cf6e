"""Accounts that wait for approval, or are being deleted, are seen by administrators alone, in every list and page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from page import PageClient
from people import People
from werkzeug.routing import Rule

from app.accounts.models import LEAVING, WAITING
from app.accounts.queries import get_account
from app.core.database import transaction

NAMES = {"pendingzoe": WAITING, "leavingzoe": LEAVING}
VALUES = {"username": "charlie", "token": "x", "filename": "css/base.css", "path": "css/base.css", "size": "40"}


@pytest.fixture
def hidden(app: Flask, people: People, work: Callable[[], None]) -> dict[str, int]:
    """Accounts that know everybody, and then are hidden; their ids."""
    ids = {name: people.make_user(name) for name in NAMES}
    for name in NAMES:
        people.follow(name, "charlie")
        people.follow("charlie", name)
    people.post("bob", "hello everybody")
    work()
    with app.app_context(), transaction():
        for name, status in NAMES.items():
            get_account(name).status = status
    return ids


def paths(app: Flask, ids: dict[str, int]) -> list[str]:
    """Every page and address of the API that answers GET, with the values of people who are seen, and of the hidden."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and "administration" not in rule.endpoint:
            for number in (1, 3, *ids.values()):
                found.append(_address(app, rule, number))
    return sorted(set(found)) + [f"/search?q={part}" for part in ("pend", "zoe", "leaving")]


def _address(app: Flask, rule: Rule, number: int) -> str:
    values = {name: VALUES.get(name, number) for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def test_members_and_programs_see_no_hidden_account_anywhere(
    app: Flask, people: People, hidden: dict[str, int]
) -> None:
    bob, program = people.browser("bob"), people.program("bob")
    addresses = paths(app, hidden)
    assert len(addresses) > 60
    for address in addresses:
        headers = program if address.startswith("/api/") else {}
        text = bob.get(address, headers=headers).get_data().decode(errors="replace")
        for name in NAMES:
            assert name not in text, address


def test_a_search_by_a_hidden_account_is_answered_as_if_there_was_none(
    people: People, hidden: dict[str, int], bob: PageClient
) -> None:
    for name in NAMES:
        texts = [bob.page(f"/search?q=from:{each}").text.replace(each, "NAME") for each in (name, "nobodysname")]
        assert texts[0] == texts[1]


@pytest.mark.parametrize("name", NAMES)
def test_pages_of_a_hidden_account_are_not_there(
    people: People, hidden: dict[str, int], bob: PageClient, name: str
) -> None:
    for path in ("/user/{}", "/user/{}/popup", "/send_message/{}"):
        assert bob.get(path.format(name)).status_code == 404, path
    headers = people.program("bob")
    for path in ("", "/followers", "/following", "/follow"):
        assert bob.get(f"/api/users/{hidden[name]}{path}", headers=headers).status_code == 404, path
    everybody = bob.get("/api/users", headers=headers).get_json()
    assert everybody["_meta"]["total_items"] == len(everybody["items"]) == 3


def test_administrators_see_them(people: People, hidden: dict[str, int], alice: PageClient) -> None:
    text = alice.page("/admin/people").text
    assert all(name in text for name in NAMES)
