"""What is new, by way of the API."""

from __future__ import annotations

import pytest
from page import PageClient
from people import People
from statements import Statements


def test_what_is_new_is_told_once_to_whom_it_concerns(people: People, client: PageClient) -> None:
    headers = people.program("alice")
    assert client.get("/api/notifications", headers=headers).get_json() == {
        "items": [],
        "_meta": {"since": 0.0},
        "_links": {"self": "/api/notifications?since=0.0", "next": "/api/notifications?since=0.0"},
    }
    people.write("bob", "alice", "hello")
    found = client.get("/api/notifications", headers=headers).get_json()
    assert [(item["name"], item["data"]) for item in found["items"]] == [("unread_message_count", 1)]
    following = found["_links"]["next"]
    assert client.get(following, headers=headers).get_json()["items"] == []
    people.write("bob", "alice", "again")
    assert client.get(following, headers=headers).get_json()["items"][0]["data"] == 2
    assert client.get("/api/notifications", headers=people.program("charlie")).get_json()["items"] == []


@pytest.mark.parametrize("since", ["nan", "inf", "-inf", "x", "", "1e999"])
def test_nonsense_counts_as_the_beginning_of_time(people: People, client: PageClient, since: str) -> None:
    people.write("bob", "alice", "hello")
    found = client.get(f"/api/notifications?since={since}", headers=people.program("alice")).get_json()
    assert (len(found["items"]), found["_meta"]["since"]) == (1, 0.0)


def test_asking_writes_nothing_and_costs_the_same_for_many(
    people: People, client: PageClient, statements: Statements
) -> None:
    headers = people.program("alice")
    counts = []
    for number in (1, 20):
        for each in range(number):
            people.write("bob", "alice", f"letter {each}")
        client.get("/api/notifications", headers=headers)
        statements.seen.clear()
        with statements:
            client.get("/api/notifications", headers=headers)
        assert not statements.writes
        counts.append(len(statements.queries))
    assert counts[0] == counts[1] <= 4


def test_the_log_in_of_a_browser_does_not_count(alice: PageClient) -> None:
    assert alice.get("/api/notifications").status_code == 401
