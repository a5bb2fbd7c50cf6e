"""Accounts by way of the API, with upstream's paths, shapes and statuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from page import PageClient
from people import PASSWORD, People
from statements import Statements

from app.accounts.models import User
from app.core.config import Settings
from app.core.database import transaction
from app.web.avatar import gravatar

NEW = {"username": "dora", "email": "dora@example.org", "password": PASSWORD}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Everybody may make an account, unless a test says otherwise."""
    return replace(settings, registration="open")


@pytest.fixture
def token(people: People) -> dict[str, str]:
    """What a program of alice's shows."""
    return people.program("alice")


def test_an_account_is_shown_with_its_numbers_and_links_and_without_its_address(
    people: People, client: PageClient, token: dict[str, str]
) -> None:
    people.post("bob", "one")
    people.post("bob", "two")
    found = client.get("/api/users/2", headers=token).get_json()
    seen = datetime.fromisoformat(found.pop("last_seen"))
    assert seen.utcoffset() is not None
    assert found == {
        "id": 2,
        "username": "bob",
        "about_me": "",
        "post_count": 2,
        "follower_count": 1,
        "following_count": 0,
        "_links": {
            "self": "/api/users/2",
            "followers": "/api/users/2/followers",
            "following": "/api/users/2/following",
            "avatar": "http://localhost/user/bob/avatar.svg",
        },
    }
    assert client.get(found["_links"]["avatar"]).status_code == 200


@pytest.mark.parametrize("address", ["/api/users/99", "/api/users/99999999999999999999", "/api/users/99/followers",
                                     "/api/users/99/following", "/api/no/such/thing"])  # fmt: skip
def test_what_is_not_there_is_told_as_json(client: PageClient, token: dict[str, str], address: str) -> None:
    answer = client.get(address, headers=token)
    assert answer.status_code == 404
    assert answer.get_json() == {"error": "Not Found"}


def test_a_wrong_method_is_told_as_json(client: PageClient, token: dict[str, str]) -> None:
    answer = client.delete("/api/users/1", headers=token)
    assert (answer.status_code, answer.get_json()["error"]) == (405, "Method Not Allowed")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("address", "names"),
    [("/api/users", ["alice", "bob", "charlie"]), ("/api/users/1/following", ["bob"]),
     ("/api/users/2/followers", ["alice"]), ("/api/users/3/followers", [])],
)  # fmt: skip
def test_collections_hold_accounts(client: PageClient, token: dict[str, str], address: str, names: list[str]) -> None:
    found = client.get(address, headers=token).get_json()
    assert [item["username"] for item in found["items"]] == names
    assert found["_meta"] == {
        "page": 1, "per_page": 10, "total_pages": 1 if names else 0, "total_items": len(names)
    }  # fmt: skip
    assert found["_links"] == {"self": f"{address}?page=1&per_page=10", "next": None, "prev": None}


def test_following_the_links_shows_everybody_once(people: People, client: PageClient, token: dict[str, str]) -> None:
    for number in range(22):
        people.make_user(f"user{number}")
    seen: list[str] = []
    address: str | None = "/api/users?per_page=7"
    while address:
        found = client.get(address, headers=token).get_json()
        seen += [item["username"] for item in found["items"]]
        address = found["_links"]["next"]
    assert len(seen) == len(set(seen)) == 25
    assert client.get(found["_links"]["prev"], headers=token).get_json()["_meta"]["page"] == 3


@pytest.mark.parametrize(("query", "size"), [("per_page=0", 10), ("per_page=-1", 10), ("per_page=x", 10),
                                             ("per_page=1000", 100), ("page=x", 10), ("page=-1", 10)])  # fmt: skip
def test_nonsense_counts_as_not_given(client: PageClient, token: dict[str, str], query: str, size: int) -> None:
    found = client.get(f"/api/users?{query}", headers=token).get_json()
    assert (found["_meta"]["page"], found["_meta"]["per_page"]) == (1, size)


def test_a_page_past_the_end_is_empty_and_knows_its_neighbours_as_upstream_does(
    client: PageClient, token: dict[str, str]
) -> None:
    found = client.get("/api/users?page=7&per_page=2", headers=token).get_json()
    assert (found["items"], found["_meta"]["total_pages"]) == ([], 2)
    links = {name: f"/api/users?page={page}&per_page=2" for name, page in (("self", 7), ("prev", 6))}
    assert found["_links"] == links | {"next": None}
    far = client.get("/api/users?page=99999&per_page=2", headers=token).get_json()
    assert (far["items"], far["_links"]["next"], far["_meta"]["total_items"]) == ([], None, 3)
    huge = client.get(f"/api/users?page={'9' * 300}", headers=token)
    assert (huge.status_code, huge.get_json()["items"]) == (200, [])


def test_accounts_that_come_and_go_move_nobody_to_another_page(
    app: Flask, people: People, client: PageClient, token: dict[str, str]
) -> None:
    for number in range(9):
        people.make_user(f"user{number}")
    first = client.get("/api/users?per_page=6", headers=token).get_json()
    with app.app_context(), transaction() as session:
        session.delete(session.get(User, first["items"][3]["id"]))
    second = client.get(first["_links"]["next"], headers=token).get_json()
    assert [item["username"] for item in second["items"]] == [f"user{number}" for number in range(3, 9)]
    assert (second["_meta"]["page"], second["_links"]["next"]) == (2, None)
    back = client.get(second["_links"]["prev"], headers=token).get_json()
    assert [item["id"] for item in back["items"]] == [item["id"] for item in first["items"] if item["id"] != 4]


def test_every_field_that_is_missing_is_named(people: People, client: PageClient) -> None:
    answer = client.post("/api/users", json={"email": 5})
    assert answer.get_json() == {
        "error": "Bad Request",
        "message": "username is needed. email must be text. password is needed.",
    }
    spanish = client.post("/api/users", json=NEW | {"username": 1}, headers={"Accept-Language": "es"})
    assert spanish.get_json()["message"] == "username debe ser texto."


def test_a_body_that_is_too_large_is_told_as_json(people: People, client: PageClient) -> None:
    answer = client.post("/api/users", json=NEW | {"about_me": "x" * 300_000})
    assert (answer.status_code, answer.get_json()) == (413, {"error": "Request Entity Too Large"})


def test_asking_leaves_no_trace_of_presence(people: People, client: PageClient, statements: Statements) -> None:
    headers = people.program("bob")
    with statements:
        client.get("/api/users", headers=headers)
    assert not statements.writes


def test_a_collection_takes_as_many_queries_for_many_as_for_few(
    people: People, client: PageClient, token: dict[str, str], statements: Statements
) -> None:
    counts = []
    for number in (0, 30):
        for each in range(number):
            people.make_user(f"user{each}")
        client.get("/api/users", headers=token)
        statements.seen.clear()
        with statements:
            client.get("/api/users?per_page=100", headers=token)
        counts.append(len(statements.queries))
    assert counts[0] == counts[1] <= 4


def test_an_account_is_made(people: People, client: PageClient) -> None:
    answer = client.post("/api/users", json=NEW | {"about_me": "hello"})
    assert answer.status_code == 201
    assert answer.headers["Location"] == "/api/users/4"
    assert answer.get_json()["about_me"] == "hello"
    assert client.send("/auth/login", {"username": "dora", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"username": None}, "must be text"),
        ({"username": ""}, "letters"),
        ({"email": "nonsense"}, "not an e-mail address"),
        ({"username": "ALICE"}, "taken"),
        ({"password": "short"}, "at least 8"),
        ({"username": "a b"}, "letters"),
        ({"about_me": "x" * 141}, "too long"),
        ({"about_me": 5}, "must be text"),
        ({"username": "a\0b"}, "letters"),
        ({"username": "dora\n"}, "letters"),
        ({"username": ".."}, "letters"),
        ({"password": "x" * 257}, "at most 256"),
        ({"email": ["a@example.org"]}, "email must be text"),
    ],
)
def test_what_cannot_be_made_is_told_and_makes_nothing(
    people: People, client: PageClient, change: dict[str, Any], message: str
) -> None:
    answer = client.post("/api/users", json=NEW | change)
    assert answer.status_code == 400
    assert answer.get_json()["error"] == "Bad Request"
    assert message in answer.get_json()["message"]
    assert people.count_users() == 3


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"null", b"\xff\xfe", b"[" * 5000])
def test_a_body_that_is_no_object_is_a_bad_request(people: People, client: PageClient, body: bytes) -> None:
    answer = client.post("/api/users", data=body, content_type="application/json")
    assert (answer.status_code, answer.get_json()["error"]) == (400, "Bad Request")
    assert people.count_users() == 3


def test_another_type_of_body_is_told_as_json(people: People, client: PageClient) -> None:
    answer = client.post("/api/users", data=NEW)
    assert (answer.status_code, answer.get_json()["error"]) == (415, "Unsupported Media Type")


@pytest.mark.parametrize("mode", ["closed", "invite"])
def test_where_registration_is_closed_or_by_invitation_nobody_is_made(settings: Settings, make_app, mode: str) -> None:
    app = make_app(replace(settings, registration=mode))
    people, client = People(app).settle(), PageClient(app)
    assert client.post("/api/users", data=b"{").status_code == 403
    answer = client.post("/api/users", json=NEW)
    assert (answer.status_code, answer.get_json()["error"]) == (403, "Forbidden")
    assert "new accounts" in answer.get_json()["message"].lower()
    assert people.count_users() == 3


def test_a_program_can_ask_whose_token_it_has(people: People, client: PageClient) -> None:
    headers = people.program("charlie")
    found = client.get("/api/users/me", headers=headers).get_json()
    assert (found["username"], found["_links"]["self"]) == ("charlie", "/api/users/3")
    assert found == client.get("/api/users/3", headers=headers).get_json()


def test_one_changes_oneself(client: PageClient, token: dict[str, str]) -> None:
    answer = client.put("/api/users/1", json={"username": "Alice2", "about_me": "new"}, headers=token)
    assert answer.status_code == 200
    assert (answer.get_json()["username"], answer.get_json()["about_me"]) == ("Alice2", "new")
    assert client.put("/api/users/1", json={}, headers=token).get_json()["username"] == "Alice2"
    again = client.put("/api/users/1", json={"email": "alice@example.org", "password": "ignored"}, headers=token)
    assert again.status_code == 200
    another = client.put("/api/users/1", json={"email": "new@example.org", "about_me": "newer"}, headers=token)
    assert another.status_code == 403, "a token alone changes no address"
    assert client.get("/api/users/me", headers=token).get_json()["about_me"] == "new"
    answer = client.send("/auth/login", {"username": "alice2", "password": PASSWORD})
    assert answer.status_code == 302


def test_and_nobody_else(client: PageClient, token: dict[str, str]) -> None:
    for address in ("/api/users/2", "/api/users/99"):
        answer = client.put(address, json={"about_me": "forged"}, headers=token)
        assert (answer.status_code, answer.get_json()) == (403, {"error": "Forbidden"})
        assert client.put(address, data=b"{", headers=token).status_code == 403
    assert client.get("/api/users/2", headers=token).get_json()["about_me"] == ""


@pytest.mark.parametrize(
    ("change", "message"),
    [({"username": "bob"}, "taken"), ({"username": ""}, "letters"),
     ({"about_me": None}, "must be text")],
)  # fmt: skip
def test_a_change_that_cannot_be_made_is_told(
    client: PageClient, token: dict[str, str], change: dict[str, Any], message: str
) -> None:
    answer = client.put("/api/users/1", json=change, headers=token)
    assert answer.status_code == 400
    assert message in answer.get_json()["message"]
    assert client.get("/api/users/1", headers=token).get_json()["username"] == "alice"


def test_the_picture_is_gravatars_where_a_setting_says_so(settings: Settings, make_app, people: People) -> None:
    headers = people.program("alice")
    own = PageClient(make_app(replace(settings, avatars="gravatar")))
    address = gravatar("bob@example.org", 128)
    assert own.get("/api/users/2", headers=headers).get_json()["_links"]["avatar"] == address
