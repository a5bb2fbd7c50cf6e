"""SQLite's index on a disk: damaged, missing or foreign it is told as unavailable and made anew."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.search import sqlite_index, sqlite_reader
from app.search.interface import Document, Hits, SearchAway, SearchUnavailable
from app.search.language import parse
from app.search.service import Catalogue, Source
from app.search.sqlite_index import SqliteIndex
from app.search.tasks import heal, update_index
from app.search.whoosh_index import WhooshIndex

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = {number: f"common word{number} " + "and much else " * 40 for number in range(1, 101)}


def document(number: int) -> Document:
    return Document("post", number, TEXTS[number])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the index is."""
    return tmp_path / "search"


@pytest.fixture
def catalogue() -> Catalogue:
    """Where the texts come from."""
    catalogue = Catalogue()
    catalogue.register(
        "post",
        Source(
            load=lambda ids: [document(number) for number in ids if number in TEXTS],
            everything=lambda: map(document, TEXTS),
            count=lambda: len(TEXTS),
            numbers=lambda: list(TEXTS),
        ),
    )
    return catalogue


@pytest.fixture
def index(folder: Path, catalogue: Catalogue) -> SqliteIndex:
    """An index of all the texts."""
    index = SqliteIndex(folder)
    index.rebuild(catalogue.everything())
    return index


def file(folder: Path) -> Path:
    return folder / (folder / "current").read_text() / "index.db"


def remove_all(folder: Path) -> None:
    shutil.rmtree(folder)


def remove_file(folder: Path) -> None:
    file(folder).unlink()


def empty_file(folder: Path) -> None:
    file(folder).write_bytes(b"")


def truncate(folder: Path) -> None:
    os.truncate(file(folder), 3000)


def foreign_contents(folder: Path) -> None:
    file(folder).write_bytes(b"this is no database" * 1000)


def index_of_another_engine(folder: Path) -> None:
    WhooshIndex(folder).rebuild([])


@pytest.mark.parametrize(
    "damage", [remove_all, remove_file, empty_file, truncate, foreign_contents, index_of_another_engine]
)
def test_damage_is_told_as_unavailable_and_healed(
    index: SqliteIndex, folder: Path, catalogue: Catalogue, damage: Callable[[Path], None]
) -> None:
    damage(folder)
    fresh = SqliteIndex(folder)
    with pytest.raises(SearchUnavailable):
        fresh.search("post", parse("common"), 0, 5)
    assert heal(fresh, catalogue)
    assert fresh.search("post", parse("common"), 0, 5).total == len(TEXTS)
    assert not heal(fresh, catalogue), "once is enough"


def test_an_update_of_an_index_that_vanished_makes_it_anew(
    index: SqliteIndex, folder: Path, catalogue: Catalogue
) -> None:
    index.update([document(1)], [])
    remove_all(folder)
    update_index(index, catalogue, [{"kind": "post", "id": 1}])
    assert index.search("post", parse("common"), 0, 5).total == len(TEXTS)
    index.close()


def test_a_database_that_somebody_locks_is_away_but_not_damaged(index: SqliteIndex, folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(sqlite_index, "BUSY_MILLISECONDS", 1)
    with closing(sqlite3.connect(file(folder), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(SearchAway):
            index.update([document(1)], [])
        assert index.search("post", parse("common"), 0, 5).total == len(TEXTS)
    index.update([document(1)], [])
    index.close()


def test_what_takes_too_long_is_answered_from_the_newest(index: SqliteIndex, monkeypatch) -> None:
    monkeypatch.setattr(sqlite_reader, "LIMIT_SECONDS", -1.0)
    monkeypatch.setattr(sqlite_reader, "INSTRUCTIONS_BETWEEN_LOOKS", 1)
    monkeypatch.setattr(sqlite_reader, "NEWEST_DOCUMENTS", 10)
    hits = index.search("post", parse("common"), 0, 5, newest=True)
    assert hits.ids == (100, 99, 98, 97, 96)
    assert (hits.total, hits.more, hits.cut) == (10, True, True)


@pytest.mark.parametrize("counted", [5, 1000])
def test_of_two_common_words_the_rarer_one_says_more(index: SqliteIndex, monkeypatch, counted: int) -> None:
    monkeypatch.setattr(sqlite_reader, "MOST_HAVING", counted)
    texts = {number: "seldom" if number % 4 == 0 else "often" for number in range(1, 101)}
    index.rebuild([Document("post", number, f"{text} and else") for number, text in texts.items()])
    hits = index.search("post", parse("often OR seldom"), 0, 50)
    assert hits.total == 100
    assert hits.ids == (*range(100, 0, -4), *(number for number in range(99, 66, -1) if number % 4))


@pytest.fixture
def ranked_five(monkeypatch) -> None:
    """Of more than five matches only the newest five are compared, and nine are counted."""
    monkeypatch.setattr(sqlite_reader, "MOST_RANKED", 5)
    monkeypatch.setattr(sqlite_reader, "MOST_COUNTED", 9)


def written(index: SqliteIndex, kind: str, numbers: Iterable[int], **more: Any) -> None:
    texts = {2: "rare", 8: "rare rare rare"}
    index.update([Document(kind, number, texts.get(number, "rare and else"), **more) for number in numbers], [])


@pytest.mark.usefixtures("ranked_five")
@pytest.mark.parametrize("question", ["rare", "rare -nothing after:2020-01-01", "rare before:2030-01-01"])
def test_of_many_matches_the_newest_are_compared_and_the_others_follow(index: SqliteIndex, question: str) -> None:
    written(index, "post", range(1, 9), created_at=MOMENT)
    written(index, "message", range(1, 5), created_at=MOMENT, parties=(1, 2))
    query = parse(question)
    assert index.search("post", query, 0, 3) == Hits((8, 7, 6), 8)
    assert index.search("post", query, 3, 3) == Hits((5, 4, 3), 8), "a page over the end of those that are compared"
    assert index.search("post", query, 6, 3) == Hits((2, 1), 8)
    assert index.search("message", query, 0, 3, viewer=2) == Hits((2, 4, 3), 4)
    index.close()


@pytest.mark.usefixtures("ranked_five")
def test_of_more_matches_than_are_counted_it_is_told_that_there_are_more(index: SqliteIndex) -> None:
    written(index, "post", range(1, 13), created_at=MOMENT)
    assert index.search("post", parse("rare"), 0, 3) == Hits((8, 12, 11), 9, more=True)
    assert index.search("post", parse("rare"), 6, 9) == Hits((6, 5, 4), 9, more=True)
    index.close()


@pytest.mark.usefixtures("ranked_five")
def test_many_private_matches_are_counted_for_their_parties_alone(index: SqliteIndex) -> None:
    written(index, "message", range(1, 9), created_at=MOMENT, parties=(1, 2))
    written(index, "message", range(11, 19), created_at=MOMENT, parties=(1, 3))
    totals = {viewer: index.search("message", parse("rare"), 0, 3, viewer=viewer).total for viewer in (None, 1, 2, 3)}
    assert totals == {None: 0, 1: 9, 2: 8, 3: 8}
    index.close()


@pytest.mark.usefixtures("ranked_five")
def test_of_very_many_documents_the_newest_are_counted(index: SqliteIndex, monkeypatch) -> None:
    written(index, "post", range(101, 109), created_at=MOMENT)
    monkeypatch.setattr(sqlite_reader, "NEWEST_COUNTED", 6)
    assert index.search("post", parse("rare"), 0, 3) == Hits((108, 107, 106), 6, more=True)
    assert index.search("post", parse("rare"), 3, 9) == Hits((105, 104, 103), 6, more=True)
    monkeypatch.setattr(sqlite_reader, "NEWEST_COUNTED", 8)
    assert index.search("post", parse("rare"), 0, 3) == Hits((108, 107, 106), 8, more=False), (
        "there is none among the older"
    )
    monkeypatch.setattr(sqlite_reader, "NEWEST_COUNTED", 5)
    assert index.search("post", parse("rare"), 0, 3).total == 8, "all, where too few are among the newest"
    index.close()
