"""Older and newer: every post once, whatever stands in the address."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from flask import Flask
from page import PageClient
from people import POST_LENGTH, People

from app.accounts.queries import get_user
from app.core.database import transaction
from app.posts.service import create_post

POSTS = 60
SIZE = 25
LISTS = ["/", "/explore", "/user/alice"]


@pytest.fixture
def sixty(app: Flask, people: People) -> list[int]:
    """The ids of sixty posts by alice, newest first."""
    with app.app_context(), transaction():
        author = get_user("alice")
        ids = [create_post(author, f"number {number}", POST_LENGTH).id for number in range(POSTS)]
    return ids[::-1]


@pytest.mark.parametrize("address", LISTS)
def test_walking_to_the_end_shows_every_post_once_and_back_leads_to_the_start(
    alice: PageClient, sixty: list[int], address: str
) -> None:
    pages, here = [], address
    while here:
        page = alice.page(here)
        pages.append(page.posts())
        last, here = here, page.neighbour("next")
    assert [number for numbers in pages for number in numbers] == sixty
    assert [len(numbers) for numbers in pages] == [25, 25, 10]
    back = []
    while last:
        page = alice.page(last)
        back.append(page.posts())
        last = page.neighbour("prev")
    assert back[-1] == sixty[:SIZE], "the way back ends at the newest"
    assert len(back) <= 3


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=", "page=1.5", "before=", "before=x", "before=-5", "before=0",
              "before=99999999999999999999999", "after=x", "after=-1", "page=%00", "before=%FF", "page=1&page=2",
              "page=\N{ARABIC-INDIC DIGIT TWO}"]
)  # fmt: skip
def test_nonsense_in_the_address_shows_the_start(alice: PageClient, sixty: list[int], address: str, query: str) -> None:
    assert alice.page(f"{address}?{query}").posts() == sixty[:SIZE]


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("query", ["page=4", "page=9999", "before=1"])
def test_beyond_the_end_there_is_a_way_back(alice: PageClient, sixty: list[int], address: str, query: str) -> None:
    page = alice.page(f"{address}?{query}")
    assert page.posts() == []
    assert "No older posts" in page.text
    assert page.neighbour("prev") or any(urlsplit(link.get("href", "")).path == address for link in page.all("a"))


@pytest.mark.parametrize("address", LISTS)
def test_pages_by_number_still_work(alice: PageClient, sixty: list[int], address: str) -> None:
    assert alice.page(f"{address}?page=2").posts() == sixty[SIZE : 2 * SIZE]
    assert alice.page(f"{address}?page=3").posts() == sixty[2 * SIZE :]


def test_a_page_stays_what_it_was_when_somebody_posts_meanwhile(
    people: People, alice: PageClient, sixty: list[int]
) -> None:
    older = alice.page("/explore").neighbour("next")
    assert older is not None
    people.post("bob", "meanwhile")
    assert alice.page(older).posts() == sixty[SIZE : 2 * SIZE]
