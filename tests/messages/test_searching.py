"""What two people write to each other is found by these two, and by nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fragile import FragileIndex
from page import Page, PageClient
from people import People
from statements import Statements

from app.search.interface import SearchIndex

QUESTIONS = [
    "harbour",
    "harb*",
    '"the harbour"',
    "#plan",
    "from:alice",
    "to:bob",
    "-zebra",
    "the OR harbour",
    "has:link",
]


@pytest.fixture
def index() -> SearchIndex:
    return FragileIndex()


@pytest.fixture
def written(people: People, work: Callable[[], None]) -> None:
    """What alice wrote to bob, and bob to her."""
    people.write("alice", "bob", "Meet me at the harbour #plan https://example.org/secretword")
    people.write("bob", "alice", "which harbour?")
    work()


def articles(page: Page) -> int:
    return len(page.all("article"))


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("away", [False, True])
def test_both_parties_find_a_message(
    alice: PageClient, bob: PageClient, index: FragileIndex, question: str, away: bool
) -> None:
    index.away = away
    address = f"/messages/search?q={question}".replace("#", "%23")
    assert articles(alice.page(address)) == articles(bob.page(address)) >= 1


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("question", [*QUESTIONS, "from:bob", "to:alice", "from:me OR to:me"])
@pytest.mark.parametrize("away", [False, True])
def test_a_stranger_finds_nothing(charlie: PageClient, index: FragileIndex, question: str, away: bool) -> None:
    index.away = away
    page = charlie.page(f"/messages/search?q={question}".replace("#", "%23"))
    assert articles(page) == 0
    assert "Nothing found" in page.text


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("question", QUESTIONS[:-1])
@pytest.mark.parametrize("away", [False, True])
def test_messages_are_not_among_the_posts(
    alice: PageClient, charlie: PageClient, index: FragileIndex, question: str, away: bool
) -> None:
    index.away = away
    for reader in (alice, charlie):
        assert articles(reader.page(f"/search?q={question}".replace("#", "%23"))) == 0


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("place", ["/search", "/messages/search"])
def test_a_word_of_a_message_is_suggested_to_its_parties_alone(
    alice: PageClient, charlie: PageClient, place: str
) -> None:
    assert "secretword" not in charlie.page(f"{place}?q=secretwrd").text
    found = "Did you mean secretword" in alice.page(f"{place}?q=secretwrd").text
    assert found is (place == "/messages/search")


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    ("question", "hits"), [("to:me", 1), ("from:me", 1), ("from:bob", 1), ("to:bob harbour", 1), ("to:charlie", 0)]
)
def test_who_wrote_and_who_received_can_be_asked_for(alice: PageClient, question: str, hits: int) -> None:
    assert articles(alice.page(f"/messages/search?q={question}")) == hits


def test_an_engine_that_tells_too_much_gives_nothing_away(
    people: People, charlie: PageClient, index: FragileIndex, work: Callable[[], None]
) -> None:
    number = people.write("alice", "bob", "between the two of us")
    people.write("charlie", "bob", "between us three")
    work()
    plain = index.search

    def careless(kind: str, query: object, offset: int, limit: int, **options: object) -> object:
        hits = plain(kind, query, offset, limit, **options)  # type: ignore[arg-type]
        return type(hits)((*hits.ids, number), hits.total + 1)

    index.search = careless  # type: ignore[method-assign,assignment]
    page = charlie.page("/messages/search?q=between")
    assert articles(page) == 1
    assert "the two of us" not in page.text


def test_a_list_takes_as_many_queries_for_many_messages_as_for_few(
    people: People, alice: PageClient, statements: Statements, work: Callable[[], None]
) -> None:
    alice.get("/explore")
    counts = []
    for shown in (3, 25):
        written = counts[0][1] if counts else 0
        for number in range(written, shown):
            people.write(*(("alice", "bob") if number % 2 else ("bob", "alice")), "some words")
        work()
        statements.seen.clear()
        with statements:
            assert articles(alice.page("/messages/search?q=words")) == shown
        counts.append((len(statements.queries), shown))
    assert counts[0][0] == counts[1][0] <= 6
