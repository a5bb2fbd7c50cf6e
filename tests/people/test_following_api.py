"""Following by way of the API: idempotent, and never oneself."""

from __future__ import annotations

import pytest
from page import PageClient
from people import People
from statements import Statements


def counts(is_following: bool, follower_count: int, following_count: int = 0) -> dict[str, object]:
    return {"is_following": is_following, "follower_count": follower_count, "following_count": following_count}


def test_one_follows_and_stops_and_doing_it_twice_changes_nothing(people: People, client: PageClient) -> None:
    headers = people.program("alice")
    assert client.get("/api/users/3/follow", headers=headers).get_json() == counts(False, 0)
    for method, expected in (("PUT", counts(True, 1)), ("DELETE", counts(False, 0))):
        for _ in range(2):
            answer = client.open("/api/users/3/follow", method=method, headers=headers)
            assert (answer.status_code, answer.get_json()) == (200, expected)
            assert client.get("/api/users/3/follow", headers=headers).get_json() == expected


def test_what_is_followed_appears_at_home(people: People, client: PageClient) -> None:
    headers = people.program("charlie")
    people.post("bob", "hello")
    assert client.get("/api/timelines/home", headers=headers).get_json()["items"] == []
    client.put("/api/users/2/follow", headers=headers)
    assert [each["body"] for each in client.get("/api/timelines/home", headers=headers).get_json()["items"]] == [
        "hello"
    ]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_nobody_follows_themselves(people: People, client: PageClient, method: str) -> None:
    answer = client.open("/api/users/1/follow", method=method, headers=people.program("alice"))
    assert (answer.status_code, answer.get_json()) == (
        400,
        {"error": "Bad Request", "message": "You cannot follow yourself."},
    )


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_nor_anybody_who_is_not_there(people: People, client: PageClient, method: str) -> None:
    headers = people.program("alice")
    for address in ("/api/users/99/follow", "/api/users/99999999999999999999/follow"):
        answer = client.open(address, method=method, headers=headers)
        assert (answer.status_code, answer.get_json()) == (404, {"error": "Not Found"})


def test_looking_changes_nothing(people: People, client: PageClient, statements: Statements) -> None:
    headers = people.program("charlie")
    with statements:
        client.get("/api/users/1/follow", headers=headers)
    assert not statements.writes
