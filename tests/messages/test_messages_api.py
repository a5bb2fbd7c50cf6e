"""Private messages by way of the API: only for the two whose they are."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from page import PageClient
from people import POST_LENGTH, People
from statements import Statements

from app.core.database import db
from app.messages.models import Message

LISTS = ["/api/messages", "/api/messages/sent", "/api/messages/with/2"]


@pytest.fixture
def headers(people: People) -> dict[str, str]:
    """What a program of alice's shows."""
    return people.program("alice")


def bodies(found: dict[str, Any]) -> list[str]:
    return [item["body"] for item in found["items"]]


def count_messages(app: Flask) -> int:
    with app.app_context():
        return db.session.query(Message).count()


def test_a_message_is_shown_with_both_people(people: People, client: PageClient, headers: dict[str, str]) -> None:
    message_id = people.write("bob", "alice", "hello")
    found = client.get(f"/api/messages/{message_id}", headers=headers).get_json()
    assert found.pop("timestamp").endswith("+00:00")
    assert [found.pop(role)["username"] for role in ("sender", "recipient")] == ["bob", "alice"]
    links = {"self": f"/api/messages/{message_id}", "conversation": "/api/messages/with/2"}
    assert found == {"id": message_id, "body": "hello", "is_unread": True, "_links": links}
    mine = client.get(f"/api/messages/{message_id}", headers=people.program("bob")).get_json()
    assert (mine["is_unread"], mine["_links"]["conversation"]) == (False, "/api/messages/with/1")


def test_lists_hold_what_their_pages_hold(people: People, client: PageClient, headers: dict[str, str]) -> None:
    people.write("bob", "alice", "from bob")
    people.write("alice", "bob", "to bob")
    people.write("charlie", "alice", "from charlie")
    people.write("bob", "charlie", "not alice's")
    found = {address: bodies(client.get(address, headers=headers).get_json()) for address in LISTS}
    assert found == {
        "/api/messages": ["from charlie", "from bob"],
        "/api/messages/sent": ["to bob"],
        "/api/messages/with/2": ["to bob", "from bob"],
    }


@pytest.mark.parametrize("address", ["/api/messages", "/api/messages/sent", "/api/messages/with/1",
                                     "/api/messages/with/2", "/api/messages/with/3"])  # fmt: skip
def test_a_stranger_sees_nothing_of_what_two_wrote_to_each_other(
    people: People, client: PageClient, address: str
) -> None:
    first = people.write("alice", "bob", "secret")
    people.write("bob", "alice", "secret")
    headers = people.program("charlie")
    answer = client.get(address, headers=headers)
    assert (answer.status_code, answer.get_json()["items"]) == (200, [])
    single = client.get(f"/api/messages/{first}", headers=headers)
    assert (single.status_code, single.get_json()) == (404, {"error": "Not Found"})


@pytest.mark.parametrize("address", LISTS)
def test_following_the_links_shows_every_message_once_and_leads_back(
    people: People, client: PageClient, headers: dict[str, str], address: str
) -> None:
    for number in range(13):
        people.write("bob", "alice", f"in {number}")
        people.write("alice", "bob", f"out {number}")
    pages = [client.get(f"{address}?per_page=6", headers=headers).get_json()]
    while following := pages[-1]["_links"]["next"]:
        pages.append(client.get(following, headers=headers).get_json())
    ids = [item["id"] for page in pages for item in page["items"]]
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) == (26 if "with" in address else 13)
    assert client.get(pages[1]["_links"]["prev"], headers=headers).get_json()["items"] == pages[0]["items"]
    assert pages[0]["_meta"] == {"page": 1, "per_page": 6, "total_pages": None, "total_items": None}


@pytest.mark.parametrize("address", LISTS)
def test_a_list_takes_as_many_queries_for_many_messages_as_for_few(
    people: People, client: PageClient, headers: dict[str, str], statements: Statements, address: str
) -> None:
    client.get("/api/messages", headers=headers)
    counts = []
    for number in (2, 30):
        for each in range(number):
            people.write("bob", "alice", f"in {each}")
            people.write("alice", "bob", f"out {each}")
        statements.seen.clear()
        with statements:
            assert len(client.get(f"{address}?per_page=100", headers=headers).get_json()["items"]) >= number
        counts.append(len(statements.queries))
        assert not statements.writes
    assert counts[0] == counts[1] <= 4


def test_a_message_is_sent(people: People, client: PageClient, headers: dict[str, str]) -> None:
    answer = client.post("/api/messages", json={"recipient": 2, "body": "hello"}, headers=headers)
    assert answer.status_code == 201
    assert (answer.get_json()["recipient"]["username"], answer.get_json()["is_unread"]) == ("bob", False)
    assert client.get(answer.headers["Location"], headers=headers).get_json() == answer.get_json()
    assert bodies(client.get("/api/messages", headers=people.program("bob")).get_json()) == ["hello"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"recipient": 1}, "You cannot write to yourself."),
        ({"recipient": 99}, "There is no such recipient."),
        ({"recipient": "bob"}, "recipient must be a positive whole number."),
        ({"recipient": "2"}, "recipient must be a positive whole number."),
        ({"recipient": True}, "recipient must be a positive whole number."),
        ({"recipient": 2.5}, "recipient must be a positive whole number."),
        ({"recipient": 0}, "recipient must be a positive whole number."),
        ({"recipient": 2**63}, "recipient must be a positive whole number."),
        ({"recipient": None}, "recipient must be a positive whole number."),
        ({"body": " "}, "Write something first."),
        ({"body": "x" * (POST_LENGTH + 1)}, "This is too long by 1: at most 280 characters fit."),
    ],
)
def test_what_cannot_be_sent_is_told_and_sends_nothing(
    app: Flask, client: PageClient, headers: dict[str, str], change: dict[str, Any], message: str
) -> None:
    answer = client.post("/api/messages", json={"recipient": 2, "body": "hello"} | change, headers=headers)
    assert (answer.status_code, answer.get_json()) == (400, {"error": "Bad Request", "message": message})
    assert count_messages(app) == 0


def test_the_same_mark_makes_one_message(app: Flask, client: PageClient, headers: dict[str, str]) -> None:
    marked = headers | {"Idempotency-Key": "mark"}
    sent = [client.post("/api/messages", json={"recipient": 2, "body": "once"}, headers=marked) for _ in range(2)]
    assert sent[0].get_json() == sent[1].get_json()
    assert count_messages(app) == 1


def test_looking_leaves_unread_and_reading_is_noted(
    people: People, client: PageClient, headers: dict[str, str]
) -> None:
    ids = [people.write("bob", "alice", f"letter {number}") for number in range(3)]

    def unread() -> list[bool]:
        return [item["is_unread"] for item in client.get("/api/messages", headers=headers).get_json()["items"]]

    assert unread() == unread() == [True, True, True]
    for body, left, state in (
        ({"up_to": ids[1]}, 1, [True, False, False]),
        ({"up_to": ids[0]}, 1, [True, False, False]),
        ({}, 0, [False, False, False]),
    ):
        answer = client.post("/api/messages/read", json=body, headers=headers)
        assert (answer.status_code, answer.get_json()) == (200, {"unread_message_count": left})
        assert unread() == state


def test_nobody_has_read_what_is_not_written_yet(people: People, client: PageClient, headers: dict[str, str]) -> None:
    client.post("/api/messages/read", json={"up_to": 2**62}, headers=headers)
    people.write("bob", "alice", "new")
    assert client.get("/api/messages", headers=headers).get_json()["items"][0]["is_unread"] is True


def test_what_is_not_there_is_told(client: PageClient, headers: dict[str, str]) -> None:
    for address in ("/api/messages/99", "/api/messages/99999999999999999999", "/api/messages/with/99"):
        answer = client.get(address, headers=headers)
        assert (answer.status_code, answer.get_json()) == (404, {"error": "Not Found"})


@pytest.mark.parametrize("address", [*LISTS, "/api/messages/1"])
def test_the_log_in_of_a_browser_does_not_count(people: People, alice: PageClient, address: str) -> None:
    people.write("bob", "alice", "hello")
    assert (alice.get(address).status_code, alice.get(address).get_json()) == (401, {"error": "Unauthorized"})
    assert alice.post("/api/messages", json={"recipient": 2, "body": "forged"}).status_code == 401
    assert alice.post("/api/messages/read", json={}).status_code == 401
