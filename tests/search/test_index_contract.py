"""What every search engine must do; Whoosh on a real disk and the one in memory are held to the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.search.interface import Document, Hits, SearchIndex, SearchUnavailable
from app.search.memory_index import MemoryIndex
from app.search.whoosh_index import WhooshIndex
from app.search.words import LONGEST_WORD, parse

TEXTS = {
    1: "The harbour is frozen",
    2: "A frozen lake, and no harbour",
    3: "Caf\N{LATIN SMALL LETTER E WITH ACUTE} cr\N{LATIN SMALL LETTER E WITH GRAVE}me",
    4: "\u6771\u4eac\u30bf\u30ef\u30fc\u306b\u884c\u304f",
    5: "don't #panic @bob https://example.org/path?a=1",
    6: "\N{FULLWIDTH LATIN CAPITAL LETTER A}\N{FULLWIDTH LATIN CAPITAL LETTER B} Stra\N{LATIN SMALL LETTER SHARP S}e",
    7: "\u043f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440 \U0001f600",
    8: "",
    9: "\ud55c\uad6d\uc5b4 \u0645\u0631\u062d\u0628\u0627",
}


@pytest.fixture(params=[MemoryIndex, WhooshIndex], ids=["memory", "Whoosh"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchIndex]:
    """An engine with nothing in it."""
    index: SearchIndex = MemoryIndex() if request.param is MemoryIndex else WhooshIndex(tmp_path / "search")
    index.rebuild([])
    yield index
    index.close()


@pytest.fixture
def full(index: SearchIndex) -> SearchIndex:
    """An engine that knows the texts."""
    index.update([Document("post", number, text) for number, text in TEXTS.items()], [])
    return index


def found(index: SearchIndex, question: str, offset: int = 0, limit: int = 10, kind: str = "post") -> list[int]:
    return list(index.search(kind, parse(question), offset, limit).ids)


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        ("harbour", [2, 1]),
        ("HARBOUR Frozen", [2, 1]),
        ("frozen lake", [2]),
        ("frozen nothing", []),
        ("harb", []),
        ("cafe", [3]),
        ("CR\N{LATIN CAPITAL LETTER E WITH GRAVE}ME", [3]),
        ("\u6771\u4eac", [4]),
        ("\u30bf\u30ef\u30fc", [4]),
        ("\u884c\u304f", [4]),
        ("panic", [5]),
        ("#panic @bob", [5]),
        ("example.org", [5]),
        ("don't", [5]),
        ("ab", [6]),
        ("strasse", [6]),
        ("STRA\N{LATIN SMALL LETTER SHARP S}E", [6]),
        ("\u041f\u0420\u0418\u0412\u0415\u0422", [7]),
        ("\ud55c\uad6d\uc5b4", [9]),
        ("\u0645\u0631\u062d\u0628\u0627", [9]),
    ],
)
def test_documents_with_all_the_words_are_found_newest_first(full: SearchIndex, question: str, ids: list[int]) -> None:
    assert found(full, question) == ids


@pytest.mark.parametrize(
    "question",
    ["", " ", "!!!", "\U0001f600", "*", "harb*", "text:harbour", "harbour OR", "(", '"', "\0", "[a TO z]", "~2", "^3",
     "x" * 10_000, " ".join(["zebra"] * 5000), "\ud800", "kind:post", "AND NOT", "NOT harbour zebra"]
)  # fmt: skip
def test_odd_questions_find_nothing_and_are_no_error(full: SearchIndex, question: str) -> None:
    assert found(full, question) == []


def test_hits_come_in_pages_with_the_number_of_all(index: SearchIndex) -> None:
    index.update([Document("post", number, "same words") for number in range(1, 31)], [])
    assert index.search("post", parse("same"), 0, 10) == Hits(tuple(range(30, 20, -1)), 30)
    assert index.search("post", parse("same"), 25, 10) == Hits((5, 4, 3, 2, 1), 30)
    assert index.search("post", parse("same"), 30, 10) == Hits((), 30)


def test_what_is_read_between_many_commits_is_never_found_twice(index: SearchIndex) -> None:
    for number in range(1, 41):
        index.update([Document("post", number, "same words")], [])
        assert index.search("post", parse("same"), 0, 50) == Hits(tuple(range(number, 0, -1)), number)
        assert index.count() == number


def test_ids_are_ordered_as_numbers_however_large(index: SearchIndex) -> None:
    ids = [9, 10, 2**31, 2**40, 2**62]
    index.update([Document("post", number, "word") for number in ids], [])
    assert found(index, "word") == ids[::-1]


def test_a_changed_document_replaces_what_was_there(full: SearchIndex) -> None:
    full.update([Document("post", 1, "thawed")], [])
    assert found(full, "harbour") == [2]
    assert found(full, "thawed") == [1]
    assert full.count() == len(TEXTS)


def test_the_same_update_twice_changes_nothing(full: SearchIndex) -> None:
    for _ in range(2):
        full.update([Document("post", 1, TEXTS[1])], [("post", 2)])
    assert found(full, "harbour") == [1]
    assert full.count() == len(TEXTS) - 1


def test_what_is_gone_is_found_no_more(full: SearchIndex) -> None:
    full.update([], [("post", 1), ("post", 999)])
    assert found(full, "harbour") == [2]
    full.update([Document("post", 1, TEXTS[1])], [])
    assert found(full, "harbour") == [2, 1]


def test_kinds_are_kept_apart(full: SearchIndex) -> None:
    full.update([Document("message", 1, "harbour secrets")], [])
    assert found(full, "harbour") == [2, 1]
    assert found(full, "harbour", kind="message") == [1]
    full.update([], [("message", 1)])
    assert found(full, "harbour") == [2, 1]
    assert found(full, "harbour", kind="message") == []


def test_a_rebuild_holds_what_it_was_given_and_nothing_else(full: SearchIndex) -> None:
    full.rebuild(iter([Document("post", 77, "only this")]))
    assert full.count() == 1
    assert found(full, "harbour") == []
    assert found(full, "only") == [77]
    full.update([Document("post", 78, "and this")], [])
    assert found(full, "this") == [78, 77]


def test_a_rebuild_that_fails_leaves_what_was_there(full: SearchIndex) -> None:
    def documents() -> Iterator[Document]:
        yield Document("post", 77, "only this")
        raise ZeroDivisionError

    with pytest.raises((ZeroDivisionError, SearchUnavailable)):
        full.rebuild(documents())
    assert found(full, "harbour") == [2, 1]
    full.update([Document("post", 10, "harbour")], [])
    assert found(full, "harbour") == [10, 2, 1]


def test_a_very_long_word_is_found_by_its_beginning_at_least(index: SearchIndex) -> None:
    index.update([Document("post", 1, "y" * 500)], [])
    assert found(index, "y" * 500) == [1]
    assert found(index, "y" * (LONGEST_WORD - 1)) == []
