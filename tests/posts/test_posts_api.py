"""Posts by way of the API: shown, written, deleted, in timelines, found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from page import PageClient
from people import POST_LENGTH, People
from statements import Statements

from app.search.interface import SearchIndex, SearchUnavailable

LISTS = ["/api/posts", "/api/timelines/home", "/api/users/2/posts"]


@pytest.fixture
def headers(people: People) -> dict[str, str]:
    """What a program of alice's shows."""
    return people.program("alice")


def bodies(found: dict[str, Any]) -> list[str]:
    return [item["body"] for item in found["items"]]


def test_a_post_is_shown_with_its_author_and_links(people: People, client: PageClient, headers: dict[str, str]) -> None:
    post_id = people.post("bob", "hello\nthere")
    found = client.get(f"/api/posts/{post_id}", headers=headers).get_json()
    offset = datetime.fromisoformat(found.pop("timestamp")).utcoffset()
    assert offset is not None
    assert offset.total_seconds() == 0
    assert found == {
        "id": post_id,
        "body": "hello\nthere",
        "language": None,
        "author": {
            "id": 2,
            "username": "bob",
            "_links": {"self": "/api/users/2", "avatar": "http://localhost/user/bob/avatar.svg"},
        },
        "_links": {"self": f"/api/posts/{post_id}"},
    }


def test_lists_hold_what_their_pages_hold(people: People, client: PageClient, headers: dict[str, str]) -> None:
    for author in ("bob", "charlie", "alice", "bob"):
        people.post(author, f"by {author}")
    found = {address: bodies(client.get(address, headers=headers).get_json()) for address in LISTS}
    assert found == {
        "/api/posts": ["by bob", "by alice", "by charlie", "by bob"],
        "/api/timelines/home": ["by bob", "by alice", "by bob"],
        "/api/users/2/posts": ["by bob", "by bob"],
    }


@pytest.mark.parametrize("address", [*LISTS, "/api/search?q=post"])
def test_following_the_links_shows_every_post_once_and_leads_back(
    people: People, client: PageClient, headers: dict[str, str], work: Callable[[], None], address: str
) -> None:
    for number in range(25):
        people.post("bob", f"post {number}")
    work()
    pages = []
    here: str | None = f"{address}{'&' if '?' in address else '?'}per_page=10"
    while here:
        pages.append(client.get(here, headers=headers).get_json())
        here = pages[-1]["_links"]["next"]
    assert [len(page["items"]) for page in pages] == [10, 10, 5]
    assert [body for page in pages for body in bodies(page)] == [f"post {number}" for number in reversed(range(25))]
    assert pages[0]["_links"]["prev"] is None
    assert client.get(pages[1]["_links"]["self"], headers=headers).get_json() == pages[1]
    assert bodies(client.get(pages[2]["_links"]["prev"], headers=headers).get_json()) == bodies(pages[1])
    assert bodies(client.get(pages[1]["_links"]["prev"], headers=headers).get_json()) == bodies(pages[0])


def test_a_list_says_where_one_is_and_counts_nothing(
    people: People, client: PageClient, headers: dict[str, str]
) -> None:
    for number in range(3):
        people.post("bob", f"post {number}")
    start = client.get("/api/posts", headers=headers).get_json()
    assert start["_meta"] == {"page": 1, "per_page": 10, "total_pages": None, "total_items": None}
    assert start["_links"] == {"self": "/api/posts?per_page=10", "next": None, "prev": None}
    older = client.get("/api/posts?before=3&per_page=1000", headers=headers).get_json()
    assert (bodies(older), older["_meta"]["page"], older["_meta"]["per_page"]) == (["post 1", "post 0"], None, 100)
    second = client.get("/api/posts?page=2&per_page=2", headers=headers).get_json()
    assert (bodies(second), second["_meta"]["page"]) == (["post 0"], 2)
    assert second["_links"]["prev"] == "/api/posts?per_page=2"


@pytest.mark.parametrize("query", ["page=x", "before=-1", "after=1e3", "per_page=", "before=99999999999999999999"])
def test_nonsense_counts_as_not_given(people: People, client: PageClient, headers: dict[str, str], query: str) -> None:
    people.post("bob", "post")
    found = client.get(f"/api/posts?{query}", headers=headers).get_json()
    assert (bodies(found), found["_meta"]["page"], found["_meta"]["per_page"]) == (["post"], 1, 10)


@pytest.mark.parametrize("address", [*LISTS, "/api/search?q=words"])
def test_a_list_takes_as_many_queries_for_many_posts_as_for_few(
    people: People,
    client: PageClient,
    headers: dict[str, str],
    statements: Statements,
    work: Callable[[], None],
    address: str,
) -> None:
    client.get("/api/posts", headers=headers)
    counts = []
    for number in (2, 30):
        for each in range(number):
            people.make_user(f"author{number}.{each}")
            people.follow("alice", f"author{number}.{each}")
            people.post(f"author{number}.{each}", "some words")
            people.post("bob", "more words")
        work()
        statements.seen.clear()
        with statements:
            found = client.get(f"{address}{'&' if '?' in address else '?'}per_page=100", headers=headers).get_json()
        assert len(found["items"]) >= number
        counts.append(len(statements.queries))
        assert not statements.writes
    assert counts[0] == counts[1] <= 3


def test_a_post_is_written_and_where_it_is_is_told(
    people: People, client: PageClient, headers: dict[str, str], work: Callable[[], None]
) -> None:
    answer = client.post("/api/posts", json={"body": "  hello  ", "author": "bob"}, headers=headers)
    assert answer.status_code == 201
    assert (answer.get_json()["body"], answer.get_json()["author"]["username"]) == ("hello", "alice")
    assert client.get(answer.headers["Location"], headers=headers).get_json() == answer.get_json()
    work()
    assert bodies(client.get("/api/search?q=hello", headers=headers).get_json()) == ["hello"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "body is needed."),
        ({"body": None}, "body must be text."),
        ({"body": 5}, "body must be text."),
        ({"body": " \n "}, "Write something first."),
        ({"body": "x" * (POST_LENGTH + 1)}, "This is too long by 1: at most 280 characters fit."),
        ({"body": "\x07"}, "This contains characters that cannot be shown. Remove them and try again."),
    ],
)
def test_what_cannot_be_posted_is_told_and_posts_nothing(
    people: People, client: PageClient, headers: dict[str, str], body: dict[str, Any], message: str
) -> None:
    answer = client.post("/api/posts", json=body, headers=headers)
    assert (answer.status_code, answer.get_json()) == (400, {"error": "Bad Request", "message": message})
    assert people.count_posts() == 0


def test_the_same_mark_makes_one_post(people: People, client: PageClient, headers: dict[str, str]) -> None:
    marked = headers | {"Idempotency-Key": "0b1c9d1e-mark"}
    answers = [client.post("/api/posts", json={"body": "once"}, headers=marked) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].get_json() == answers[1].get_json()
    assert people.count_posts() == 1
    client.post("/api/posts", json={"body": "once"}, headers=headers)
    assert people.count_posts() == 2


@pytest.mark.parametrize("key", ["", "x" * 37, "a b", "\u00fc"])
def test_a_mark_that_could_not_be_kept_is_refused(
    people: People, client: PageClient, headers: dict[str, str], key: str
) -> None:
    answer = client.post("/api/posts", json={"body": "once"}, headers=headers | {"Idempotency-Key": key})
    assert (answer.status_code, "36 plain characters" in answer.get_json()["message"]) == (400, True)
    assert people.count_posts() == 0


@pytest.mark.parametrize(("name", "status"), [("bob", 204), ("alice", 204), ("charlie", 404)])
def test_authors_and_administrators_delete_posts_and_nobody_else(
    people: People, client: PageClient, name: str, status: int
) -> None:
    post_id = people.post("bob", "hello")
    headers = people.program(name)
    answer = client.delete(f"/api/posts/{post_id}", headers=headers)
    assert answer.status_code == status
    assert (answer.data, "Content-Type" in answer.headers) == (b"", False) if status == 204 else answer.get_json()
    assert people.count_posts() == (0 if status == 204 else 1)
    assert client.delete(f"/api/posts/{post_id}", headers=headers).status_code == 404


@pytest.mark.parametrize(
    "address", ["/api/posts/99", "/api/posts/99999999999999999999", "/api/users/99/posts", "/api/posts/0"]
)
def test_what_is_not_there_is_told(client: PageClient, headers: dict[str, str], address: str) -> None:
    answer = client.get(address, headers=headers)
    assert (answer.status_code, answer.get_json()) == (404, {"error": "Not Found"})


def test_search_finds_and_counts(
    people: People, client: PageClient, headers: dict[str, str], work: Callable[[], None]
) -> None:
    for number in range(3):
        people.post("bob", f"apples {number}")
    people.post("charlie", "pears")
    work()
    found = client.get("/api/search?q=apples&per_page=2", headers=headers).get_json()
    assert bodies(found) == ["apples 2", "apples 1"]
    known = {"page": 1, "per_page": 2, "total_pages": 2, "total_items": 3, "is_complete": True, "warnings": []}
    assert found["_meta"] == known
    assert found["_links"]["next"] == f"/api/search?q=apples&before={found['items'][-1]['id']}&per_page=2"
    assert client.get("/api/search?q=nothing", headers=headers).get_json()["items"] == []


@pytest.mark.parametrize("query", ["", "?q=", f"?q={'x' * 501}", "?page=2"])
def test_a_search_for_nothing_or_far_too_much_is_told(client: PageClient, headers: dict[str, str], query: str) -> None:
    answer = client.get(f"/api/search{query}", headers=headers)
    assert (answer.status_code, answer.get_json()["message"].startswith("q ")) == (400, True)


def test_while_the_engine_is_away_the_answer_says_so(
    people: People, client: PageClient, headers: dict[str, str], index: SearchIndex, monkeypatch
) -> None:
    def away(*_: object, **_options: object) -> None:
        raise SearchUnavailable("away")

    monkeypatch.setattr(index, "search", away)
    people.post("bob", "apples")
    found = client.get("/api/search?q=apples", headers=headers).get_json()
    assert (bodies(found), found["_meta"]["is_complete"]) == (["apples"], False)
    assert (found["_meta"]["total_items"], found["_meta"]["total_pages"]) == (None, None)


@pytest.mark.parametrize("address", [*LISTS, "/api/posts/1", "/api/search?q=hello"])
def test_without_a_good_token_nothing_is_told(
    app: Flask, people: People, alice: PageClient, headers: dict[str, str], address: str
) -> None:
    people.post("bob", "hello")
    assert alice.delete("/api/tokens", headers=headers).status_code == 204
    for shown in ({}, headers, {"Authorization": "Bearer forged"}):
        answer = alice.get(address, headers=shown)
        assert (answer.status_code, answer.get_json()) == (401, {"error": "Unauthorized"})
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_log_in_of_a_browser_neither_writes_nor_deletes(people: People, alice: PageClient) -> None:
    post_id = people.post("alice", "hello")
    assert alice.post("/api/posts", json={"body": "forged by another site"}).status_code == 401
    assert alice.delete(f"/api/posts/{post_id}").status_code == 401
    assert people.count_posts() == 1
