"""The boxes, what is new in them, and the number that the navigation shows."""

from __future__ import annotations

import pytest
from flask import Flask
from page import Page, PageClient
from people import People
from statements import Statements

from app.accounts.queries import get_user
from app.core.database import db, transaction
from app.messages.models import Inbox
from app.messages.queries import MOST_COUNTED
from app.messages.service import mark_read


def badge(page: Page) -> str | None:
    """The number of unread messages that the navigation shows, None if it shows none."""
    shown = [each for each in page.all("span") if "data-unread-badge" in each]
    assert len(shown) == 1
    if "hidden" in shown[0]:
        return None
    return next(text for text in page.texts[page.texts.index("Messages") :] if text.strip().rstrip("+").isdigit())


def test_unread_messages_are_counted_until_the_box_is_opened(people: People, bob: PageClient) -> None:
    assert badge(bob.page("/explore")) is None
    people.write("alice", "bob", "one")
    people.write("charlie", "bob", "two")
    assert badge(bob.page("/explore")) == "2"
    page = bob.page("/messages")
    assert badge(page) is None
    assert page.text.count("New") == 2
    assert badge(bob.page("/explore")) is None
    assert "New" not in bob.page("/messages").text
    people.write("alice", "bob", "three")
    assert badge(bob.page("/explore")) == "1"
    assert bob.page("/messages").text.count("New") == 1


def test_what_one_writes_oneself_is_not_unread(people: People, alice: PageClient, bob: PageClient) -> None:
    people.write("alice", "bob", "one")
    assert badge(alice.page("/explore")) is None


def test_opening_the_box_writes_once_per_new_message(people: People, bob: PageClient, statements: Statements) -> None:
    people.write("alice", "bob", "one")
    bob.get("/explore")
    with statements:
        for _ in range(3):
            bob.get("/messages")
        bob.get("/messages/with/alice")
        bob.get("/messages/sent")
    assert len(statements.writes) == 1


def test_reading_never_goes_back(app: Flask, people: People) -> None:
    for _ in range(3):
        people.write("alice", "bob", "one")
    for newest in (3, 1):
        with app.app_context(), transaction():
            mark_read(get_user("bob").id, newest)
    with app.app_context():
        assert db.session.get(Inbox, get_user("bob").id).read_up_to == 3


def test_very_many_are_counted_no_further_than_anybody_reads(people: People, bob: PageClient) -> None:
    for number in range(MOST_COUNTED + 5):
        people.write("alice", "bob", f"message {number}")
    assert badge(bob.page("/explore")) == "99+"


@pytest.mark.parametrize("address", ["/messages", "/messages/sent", "/messages/with/bob"])
def test_an_empty_box_is_no_error(alice: PageClient, address: str) -> None:
    assert alice.page(address).headings


@pytest.mark.parametrize(
    ("address", "reader"), [("/messages", "bob"), ("/messages/sent", "alice"), ("/messages/with/alice", "bob")]
)
def test_boxes_page_and_show_every_message_once(people: People, address: str, reader: str) -> None:
    for number in range(30):
        people.write("alice", "bob", f"number-{number}.")
    browser = people.browser(reader)
    first = browser.page(address)
    older = first.neighbour("next")
    assert older is not None
    second = browser.page(older)
    texts = first.text + second.text
    assert all(texts.count(f"number-{number}.") == 1 for number in range(30))
    assert second.neighbour("next") is None
    assert "number-29." in browser.page(second.neighbour("prev") or "").text
    assert browser.get(f"{address}?before=x&page=-3").status_code == 200


@pytest.mark.parametrize(
    ("address", "reader"), [("/messages", "bob"), ("/messages/sent", "alice"), ("/messages/with/alice", "bob")]
)
def test_a_box_takes_as_many_queries_for_many_messages_as_for_few(
    people: People, statements: Statements, address: str, reader: str
) -> None:
    browser = people.browser(reader)
    counts = []
    for shown in (3, 25):
        while browser.get(address).text.count("<article") < shown:
            people.write("alice", "bob", "words")
        browser.get("/messages")
        statements.seen.clear()
        with statements:
            browser.get(address)
        counts.append(len(statements.queries))
    assert counts[0] == counts[1] <= 6


def test_a_conversation_has_both_sides_in_order(people: People, alice: PageClient) -> None:
    people.write("alice", "bob", "question")
    people.write("bob", "alice", "answer")
    people.write("charlie", "alice", "something else")
    text = alice.page("/messages/with/BOB").text
    assert text.index("answer") < text.index("question")
    assert "something else" not in text
