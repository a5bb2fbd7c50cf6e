"""The search page: hits, no hits, odd questions, and an engine that is away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fragile import FragileIndex
from page import Page, PageClient
from people import People

from app.search.interface import SearchIndex
from app.search.language import MOST_PARTS as MOST_WORDS


@pytest.fixture
def index() -> SearchIndex:
    return FragileIndex()


@pytest.fixture
def written(people: People, work: Callable[[], None]) -> None:
    """Three posts, which the index knows."""
    people.post("bob", "Bread with butter")
    people.post("charlie", "butter and jam")
    people.post("alice", "something else")
    work()


def articles(page: Page) -> int:
    return len(page.all("article"))


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    ("question", "hits"),
    [("butter", 2), ("BUTTER", 2), ("butter bread", 1), ("bread jam", 0), ("butt", 0), ("nothing", 0), ("!!!", 0)],
)
def test_posts_with_all_the_words_are_found(alice: PageClient, question: str, hits: int) -> None:
    page = alice.page(f"/search?q={question}")
    assert articles(page) == hits
    assert page.value_of("q") == question
    assert ("Nothing found" in page.text) is (hits == 0)
    if hits:
        assert f"{hits} post" in page.text


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("address", ["/search", "/search?q=", "/search?q=%20%00%20", "/search?page=7"])
def test_no_question_is_no_error(alice: PageClient, address: str) -> None:
    page = alice.page(address)
    assert articles(page) == 0
    assert "Nothing found" not in page.text


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    "question",
    ["%00", "%FF%FE", "x" * 5000, "*", "butter*", "text:butter OR *:*", '"butter', "(", "^~", "%F0%9F%98%80",
     "%E2%80%AE", "a" + "%CC%81" * 600, "+".join(["word"] * 300), "kind:post", "[a TO z]", "%3Cscript%3E"]
)  # fmt: skip
def test_odd_questions_are_answered(alice: PageClient, question: str) -> None:
    assert alice.get(f"/search?q={question}").status_code == 200


def test_a_question_of_too_many_words_says_that_some_were_left_out(people: People, alice: PageClient) -> None:
    question = "+".join(f"word{number}" for number in range(MOST_WORDS + 1))
    assert "only the first ones were looked for" in alice.page(f"/search?q={question}").text


def test_hits_page_and_lead_back(people: People, alice: PageClient, work: Callable[[], None]) -> None:
    ids = [people.post("bob", "same word") for _ in range(30)][::-1]
    work()
    first = alice.page("/search?q=word")
    older = first.neighbour("next")
    assert older is not None
    second = alice.page(older)
    assert first.posts() + second.posts() == ids
    assert second.neighbour("next") is None
    assert alice.page(second.neighbour("prev") or "").posts() == first.posts()
    beyond = alice.page("/search?q=word&page=9")
    assert "No more posts" in beyond.text


@pytest.mark.usefixtures("written")
def test_without_the_engine_the_database_answers_and_the_page_says_so(alice: PageClient, index: FragileIndex) -> None:
    index.away = True
    page = alice.page("/search?q=butter")
    assert articles(page) == 2
    assert "search index is being made anew" in page.text
    assert articles(alice.page("/search?q=100%25_")) == 0
    index.away = False
    assert "being made anew" not in alice.page("/search?q=butter").text


def test_posting_does_not_depend_on_the_engine_which_catches_up(
    people: People, alice: PageClient, index: FragileIndex, work: Callable[[], None]
) -> None:
    index.away = True
    assert alice.send("/index", {"post": "written meanwhile"}).status_code == 302
    index.away = False
    assert articles(alice.page("/search?q=meanwhile")) == 0
    work()
    assert articles(alice.page("/search?q=meanwhile")) == 1


@pytest.mark.usefixtures("written")
def test_a_hashtag_in_a_post_leads_to_its_search(people: People, alice: PageClient, work: Callable[[], None]) -> None:
    people.post("bob", "today: #breakfast")
    work()
    link = next(each["href"] for each in alice.page("/explore").all("a") if each.get("class") == "hashtag")
    assert articles(alice.page(link)) == 1
