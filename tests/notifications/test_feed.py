"""The feed that an open page asks: what changed since, and nothing written for it."""

from __future__ import annotations

from typing import Any

import pytest
from page import PageClient
from people import People
from statements import Statements


def feed(client: PageClient, since: object = 0) -> list[dict[str, Any]]:
    answer = client.get("/notifications", query_string={"since": since})
    assert answer.status_code == 200
    return list(answer.get_json())


def test_with_nothing_new_ever_it_is_empty(bob: PageClient) -> None:
    assert feed(bob) == []


def test_a_message_changes_the_number_and_reading_it_does_so_again(people: People, bob: PageClient) -> None:
    people.write("alice", "bob", "one")
    (notice,) = feed(bob)
    assert (notice["name"], notice["data"]) == ("unread_message_count", 1)
    assert feed(bob, notice["timestamp"]) == []
    people.write("alice", "bob", "two")
    (newer,) = feed(bob, notice["timestamp"])
    assert newer["data"] == 2
    bob.get("/messages")
    (read,) = feed(bob, newer["timestamp"])
    assert read["data"] == 0
    assert feed(bob, read["timestamp"]) == []


@pytest.mark.parametrize("since", ["", "x", "nan", "inf", "-inf", "-1", "1e400", "%00", "9" * 400])
def test_nonsense_counts_as_the_beginning_of_time(people: People, bob: PageClient, since: str) -> None:
    people.write("alice", "bob", "one")
    assert len(feed(bob, since)) == 1


def test_everybody_has_their_own(people: People, alice: PageClient, charlie: PageClient) -> None:
    people.write("alice", "bob", "one")
    assert feed(alice) == feed(charlie) == []


def test_who_asks_again_is_told_that_nothing_changed(people: People, bob: PageClient) -> None:
    people.write("alice", "bob", "one")
    tag = bob.get("/notifications").headers["ETag"]
    again = bob.get("/notifications", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.data == b""
    people.write("alice", "bob", "two")
    assert bob.get("/notifications", headers={"If-None-Match": tag}).status_code == 200


def test_asking_writes_nothing_and_takes_few_queries(people: People, bob: PageClient, statements: Statements) -> None:
    people.write("alice", "bob", "one")
    bob.get("/explore")
    with statements:
        bob.get("/notifications")
    assert statements.writes == []
    assert len(statements.queries) <= 3


def test_once_logged_out_there_is_nothing_to_ask(people: People, client: PageClient) -> None:
    answer = client.get("/notifications")
    assert (answer.status_code, answer.get_json()) == (401, {"error": "Unauthorized"})
