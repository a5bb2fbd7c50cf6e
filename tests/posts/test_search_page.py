"""The search page: hits, no hits, odd questions, and an engine that is away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from fragile import FragileIndex
from page import Page, PageClient
from people import People

from app.core.database import transaction
from app.search.interface import SearchIndex
from app.search.language import MOST_PARTS as MOST_WORDS
from app.search.service import MAX_FRESH, record_new, request_rebuild


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


def told(page: Page) -> list[str]:
    """What the notices of a page are about."""
    return [each["data-notice"] for each in page.all("p") if "data-notice" in each]


def articles(page: Page) -> int:
    return len(page.all("article"))


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    ("question", "hits"),
    [
        ("butter", 2),
        ("BUTTER", 2),
        ("butter bread", 1),
        ("bread jam", 0),
        ("butt", 0),
        ("butt*", 2),
        ("nothing", 0),
        ("!!!", 0),
        ("from:bob", 1),
        ("from:me", 1),
        ("from:nobody", 0),
        ("butter -jam", 1),
        ("jam OR bread", 2),
    ],
)
def test_posts_that_fit_the_question_are_found(alice: PageClient, question: str, hits: int) -> None:
    page = alice.page(f"/search?q={question}")
    assert articles(page) == hits
    assert page.value_of("q") == question
    assert ("Nothing found" in page.text) is (hits == 0)
    if hits:
        assert f"{hits} hit" in page.text


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
    assert "No more hits" in beyond.text


@pytest.mark.usefixtures("written")
def test_without_the_engine_the_database_answers_and_the_page_says_so(alice: PageClient, index: FragileIndex) -> None:
    index.away = True
    page = alice.page("/search?q=butter")
    assert articles(page) == 2
    assert "search index is away or being made anew" in page.text
    assert articles(alice.page("/search?q=100%25_")) == 0
    assert articles(alice.page("/search?q=butter+-jam")) == articles(alice.page("/search?q=from:bob")) == 1
    assert articles(alice.page("/search?q=jam+OR+bread")) == 2
    index.away = False
    assert "being made anew" not in alice.page("/search?q=butter").text


def test_posting_does_not_depend_on_the_engine_which_catches_up(
    people: People, alice: PageClient, index: FragileIndex, work: Callable[[], None]
) -> None:
    index.away = True
    assert alice.send("/index", {"post": "written meanwhile"}).status_code == 302
    index.away = False
    assert (articles(alice.page("/search?q=meanwhile")), index.count()) == (1, 0), "found by its job"
    work()
    assert (articles(alice.page("/search?q=meanwhile")), index.count()) == (1, 1)


@pytest.mark.usefixtures("written")
def test_a_hashtag_in_a_post_leads_to_its_search(people: People, alice: PageClient, work: Callable[[], None]) -> None:
    people.post("bob", "today: #breakfast")
    work()
    link = next(each["href"] for each in alice.page("/explore").all("a") if each.get("class") == "hashtag")
    assert articles(alice.page(link)) == 1


@pytest.mark.usefixtures("written")
def test_what_was_looked_for_is_marked_and_everything_escaped(
    people: People, alice: PageClient, work: Callable[[], None]
) -> None:
    people.post("bob", "<b>Butter</b> & https://example.org/butter/x\n#butter")
    work()
    html = alice.get("/search?q=butter&sort=new").text
    assert "&lt;b&gt;<mark>Butter</mark>&lt;/b&gt; &amp; " in html
    assert ">example.org/<mark>butter</mark>/x</a><br>" in html
    assert ">#<mark>butter</mark></a>" in html
    assert "<mark>" not in alice.get("/explore").text
    assert "&lt;script&gt;" in alice.get("/search?q=<script>").text


@pytest.mark.usefixtures("written")
def test_the_order_is_a_switch_that_the_address_keeps(
    people: People, alice: PageClient, work: Callable[[], None]
) -> None:
    better = people.post("bob", "jam jam jam")
    newer = people.post("bob", "jam is also in this one, among a good many other words that are not about it at all")
    work()
    best = alice.page("/search?q=jam")
    assert best.posts()[0] == better
    switch = next(each["href"] for each in best.all("a") if "sort=new" in each["href"])
    assert alice.page(switch).posts()[0] == newer
    assert alice.page(switch).value_of("sort") == "new"


@pytest.mark.usefixtures("written")
def test_a_mistyped_word_is_asked_back(alice: PageClient) -> None:
    page = alice.page("/search?q=buttre+-jam")
    assert "Did you mean butter -jam ?" in page.text
    better = next(each["href"] for each in page.all("a") if "butter" in each["href"])
    assert articles(alice.page(better)) == 1
    assert "Did you mean" not in alice.page("/search?q=butter").text
    assert "Did you mean" not in alice.page("/search?q=zzzzzzz").text


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("question", ["charlie", "CHAR", "@charlie", "ha", "char*"])
def test_people_are_found_by_their_names(alice: PageClient, question: str) -> None:
    assert any(each["href"] == "/user/charlie" for each in alice.page(f"/search?q={question}").all("a"))


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("question", ["c", "%25%25", "__", "nobody"])
def test_names_that_do_not_fit_are_not_shown(alice: PageClient, question: str) -> None:
    assert not any(each["href"] == "/user/charlie" for each in alice.page(f"/search?q={question}").all("a"))


def test_a_deleted_post_is_gone_from_the_hits_before_the_index_knows(
    people: People, alice: PageClient, work: Callable[[], None]
) -> None:
    number = people.post("alice", "short-lived")
    work()
    assert alice.page("/search?q=lived").posts() == [number]
    alice.send(f"/post/{number}/delete")
    assert alice.page("/search?q=lived").posts() == []


@pytest.mark.parametrize(
    ("question", "note"),
    [("b*", "at least two letters"), ("x" * 501, "only the beginning was looked for")],
)
def test_what_was_left_out_of_account_is_said(people: People, alice: PageClient, question: str, note: str) -> None:
    assert note in alice.page(f"/search?q={question}").text


@pytest.mark.parametrize("order", ["", "&sort=new"])
def test_pages_of_hits_stay_what_they_were_while_others_write_and_delete(
    people: People, alice: PageClient, work: Callable[[], None], order: str
) -> None:
    ids = [people.post("alice", "same word") for _ in range(60)][::-1]
    work()
    first = alice.page(f"/search?q=word{order}")
    for number in range(2):
        people.post("bob", f"the word {number}")
    work()
    second = alice.page(first.neighbour("next") or "")
    assert first.posts() + second.posts() == ids[:50]
    for number in ids[10:12]:
        alice.send(f"/post/{number}/delete")
    work()
    third = alice.page(second.neighbour("next") or "")
    assert third.posts() == ids[50:]
    assert third.neighbour("next") is None


def test_an_odd_list_in_the_address_is_no_error(people: People, alice: PageClient, work: Callable[[], None]) -> None:
    number = people.post("bob", "same word")
    work()
    for hits in ("x", "%00", "9" * 3000, "AAAA", "_-", "%C3%A9"):
        assert alice.page(f"/search?q=word&hits={hits}").posts() in ([number], [])
        assert alice.get(f"/messages/search?q=word&hits={hits}").status_code == 200


def test_the_page_says_that_hits_may_be_missing_while_more_changes_wait_than_are_looked_through(
    people: People, alice: PageClient, client: PageClient, app: Flask, work: Callable[[], None]
) -> None:
    headers = people.program("bob")

    def is_complete() -> bool:
        return bool(client.get("/api/search?q=word", headers=headers).get_json()["_meta"]["is_complete"])

    people.post("bob", "a word")
    assert is_complete()
    assert "incomplete" not in told(alice.page("/search?q=word"))
    with app.app_context(), transaction():
        for number in range(MAX_FRESH):
            record_new("post", 1_000 + number)
    assert not is_complete()
    assert told(alice.page("/search?q=word")) == ["incomplete"]
    work()
    assert is_complete()
    with app.app_context(), transaction():
        request_rebuild()
    assert not is_complete()
    work()
    assert is_complete()


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    ("question", "about", "hits"),
    [
        ("butter before:yesterday", ["before"], 2),
        ("butter after:2026-13-45", ["after"], 2),
        ("has:image butter", ["has"], 2),
        ("lang:xx butter", ["lang"], 2),
        ("from:nobodyatall", ["from"], 0),
        ("before:yesterday", ["before"], 0),
        ("butter -from:nobodyatall", ["from"], 2),
        ("to:alice butter", ["to"], 0),
        ("from:bob butter", [], 1),
    ],
)
def test_an_operator_without_a_known_value_is_named(
    people: People, alice: PageClient, question: str, about: list[str], hits: int
) -> None:
    page = alice.page(f"/search?q={question}")
    assert (told(page), articles(page)) == (about, hits)
    found = alice.get(f"/api/search?q={question}", headers=people.program("bob")).get_json()
    assert [each["operator"] for each in found["_meta"]["warnings"]] == about
    assert all(each["value"] in each["message"] for each in found["_meta"]["warnings"] if each["operator"] != "to")


@pytest.mark.usefixtures("written")
def test_a_recipient_leads_to_the_search_of_messages(people: People, alice: PageClient) -> None:
    people.write("bob", "alice", "bread for you")
    page = alice.page("/search?q=to:me+bread")
    link = next(each["href"] for each in page.all("a") if each.get("href", "").startswith("/messages/search?q=to:me"))
    assert articles(alice.page(link)) == 1
    assert told(alice.page(link)) == []
