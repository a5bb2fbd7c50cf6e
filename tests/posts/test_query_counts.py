"""A page costs as many queries with many posts as with few."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from page import PageClient
from people import People
from statements import Statements

MOST_QUERIES = 6
AUTHORS = ["bob", *(f"user{number}" for number in range(7))]


@pytest.fixture
def crowd(people: People) -> People:
    """People whom alice follows."""
    for name in AUTHORS[1:]:
        people.make_user(name)
        people.follow("alice", name)
    return people


@pytest.mark.parametrize(
    ("address", "authors"),
    [("/", AUTHORS), ("/explore", AUTHORS), ("/user/bob", ["bob"]), ("/search?q=words", AUTHORS)],
)
def test_a_list_takes_as_many_queries_for_many_posts_as_for_few(
    crowd: People,
    alice: PageClient,
    statements: Statements,
    work: Callable[[], None],
    address: str,
    authors: list[str],
) -> None:
    alice.get("/explore")  # asks, once per process, whether there is an account
    counts = []
    for shown in (3, 25):
        while crowd.count_posts() < shown:
            crowd.post(authors[crowd.count_posts() % len(authors)], "some words")
        work()
        statements.seen.clear()
        with statements:
            assert alice.get(address).text.count("<article") == shown
        counts.append(len(statements.queries))
    assert counts[0] == counts[1] <= MOST_QUERIES
