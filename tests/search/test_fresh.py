"""What was just written is found at once, before it is indexed, and never twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from fragile import FragileIndex
from page import Page, PageClient
from people import People

from app.core.database import db, transaction
from app.core.time import utc_now
from app.jobs.models import Job
from app.posts.queries import documents, get_post
from app.posts.service import delete_post
from app.search.interface import SearchIndex
from app.search.service import GATHERING

pytestmark = pytest.mark.gathering


@pytest.fixture
def index() -> SearchIndex:
    return FragileIndex()


@pytest.fixture
def gather(app: Flask, work: Callable[[], None]) -> Callable[[], None]:
    """Let the time pass in which rows gather, and the worker look."""

    def run() -> None:
        with app.app_context(), transaction() as session:
            for job in session.query(Job):
                job.due = utc_now() - timedelta(seconds=1)
        work()

    return run


def found(page: Page) -> list[str]:
    return [article.text for article in page.all("article .post-body")]


def bodies(client: PageClient, question: str, headers: dict[str, str]) -> list[str]:
    answer = client.get(f"/api/search?q={question}", headers=headers).get_json()
    return [post["body"] for post in answer["items"]]


@pytest.fixture
def headers(people: People) -> dict[str, str]:
    return people.program("alice")


def test_a_post_is_found_before_it_is_indexed(
    people: People, client: PageClient, headers: dict[str, str], index: SearchIndex, work: Callable[[], None]
) -> None:
    people.post("bob", "the harbour at night")
    work()
    assert index.count() == 0, "it waits for more"
    assert bodies(client, "harbour", headers) == ["the harbour at night"]
    assert bodies(client, "from:bob", headers) == ["the harbour at night"]
    assert bodies(client, "mountain", headers) == []


def test_it_is_found_once_while_it_is_indexed_and_its_job_still_there(
    app: Flask, people: People, client: PageClient, headers: dict[str, str], index: SearchIndex
) -> None:
    number = people.post("bob", "the harbour")
    with app.app_context():
        index.update(documents([number]), [])
    answer = client.get("/api/search?q=harbour", headers=headers).get_json()
    assert len(answer["items"]) == answer["_meta"]["total_items"] == 1


def test_what_was_indexed_together_is_found_by_the_engine_and_leaves_no_job(
    app: Flask,
    people: People,
    client: PageClient,
    headers: dict[str, str],
    index: SearchIndex,
    gather: Callable[[], None],
) -> None:
    for number in range(3):
        people.post("bob", f"harbour {number}")
    gather()
    assert index.count() == 3
    with app.app_context():
        assert db.session.query(Job).count() == 0
    assert sorted(bodies(client, "harbour", headers)) == ["harbour 0", "harbour 1", "harbour 2"]


def test_pages_go_from_the_newest_over_to_what_is_indexed(
    people: People, client: PageClient, headers: dict[str, str], gather: Callable[[], None]
) -> None:
    for number in range(5):
        people.post("bob", f"harbour {number}")
    gather()
    for number in range(5, 8):
        people.post("bob", f"harbour {number}")
    pages = [
        client.get(f"/api/search?q=harbour&per_page=2&page={page}", headers=headers).get_json() for page in range(1, 6)
    ]
    assert [[post["body"] for post in page["items"]] for page in pages] == [
        ["harbour 7", "harbour 6"],
        ["harbour 5", "harbour 4"],
        ["harbour 3", "harbour 2"],
        ["harbour 1", "harbour 0"],
        [],
    ]
    assert {page["_meta"]["total_items"] for page in pages} == {8}


def test_a_post_that_is_deleted_is_gone_from_the_hits_at_once_indexed_or_not(
    app: Flask,
    people: People,
    client: PageClient,
    headers: dict[str, str],
    index: SearchIndex,
    gather: Callable[[], None],
) -> None:
    indexed = people.post("bob", "harbour one")
    gather()
    fresh = people.post("bob", "harbour two")
    with app.app_context():
        for number in (indexed, fresh):
            with transaction():
                delete_post(get_post(number))
    assert bodies(client, "harbour", headers) == []
    gather()
    assert index.count() == 0


def test_a_deletion_waits_for_nothing(
    app: Flask, people: People, index: SearchIndex, gather: Callable[[], None], work: Callable[[], None]
) -> None:
    number = people.post("bob", "harbour")
    gather()
    with app.app_context(), transaction():
        delete_post(get_post(number))
    work()
    assert index.count() == 0


def test_a_fresh_message_is_found_by_its_two_people_and_by_nobody_else(
    people: People, alice: PageClient, bob: PageClient, charlie: PageClient
) -> None:
    people.write("bob", "alice", "the harbour")
    assert [len(who.page("/messages/search?q=harbour").all("article")) for who in (alice, bob, charlie)] == [1, 1, 0]
    assert len(alice.page("/search?q=harbour").all("article")) == 0, "no message among the posts"


def test_fresh_posts_cost_no_query_each(people: People, alice: PageClient, statements) -> None:
    counts = []
    for number in (2, 20):
        for each in range(number):
            people.post("bob", f"harbour {each}")
        alice.page("/search?q=harbour")
        statements.seen.clear()
        with statements:
            alice.page("/search?q=harbour")
        counts.append(len(statements.queries))
        assert not statements.writes
    assert counts[0] == counts[1]


def test_the_wait_is_short_beside_what_health_puts_up_with() -> None:
    assert timedelta() < GATHERING <= timedelta(seconds=20)
