"""Pages of hits while others write and delete: no hit comes twice, and none is lost."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.paging import LARGEST_ID, START, Position
from app.search.interface import Document, SearchIndex
from app.search.language import parse
from app.search.listing import HitPage, Lookup, best_page, newest_page
from app.search.memory_index import MemoryIndex
from app.search.pinned import MAX_PINNED, Pinned, read_token

QUERY = parse("boat")
TEXTS = ["boat", "boat boat boat", "a boat among a great many other words", "boat or boat"]
Changes = st.lists(st.lists(st.integers(-130, 3), max_size=4), max_size=8)


def document(number: int) -> Document:
    return Document("post", number, TEXTS[number % len(TEXTS)])


def lookup(index: SearchIndex, waiting: Sequence[int] = ()) -> Lookup:
    return Lookup(index, "post", QUERY, None, waiting, lambda ids: [document(number) for number in ids])


def walk(count: int, size: int, changes: list[list[int]], *, newest: bool) -> tuple[list[int], set[int]]:
    """Follow the links to the last page; before each page rows are written (positive) and deleted (negative)."""
    index = MemoryIndex()
    index.update([document(number) for number in range(1, count + 1)], [])
    seen: list[int] = []
    deleted: set[int] = set()
    position: Position | None = START
    pinned: Pinned | None = None
    newest_id = count
    waiting: list[int] = []
    while position is not None:
        asked = lookup(index, waiting)
        page = newest_page(asked, position, size) if newest else best_page(asked, position, size, pinned)
        # What the address of the next page carries.
        pinned = read_token(page.pinned.token()) if page.pinned else None
        seen += page.ids
        position = page.older
        for change in changes.pop(0) if changes else []:
            if change > 0:
                newest_id += 1
                waiting = [newest_id, *waiting][:2]
                index.update([document(number) for number in range(count, newest_id - 1)], [])
            elif change < 0:
                deleted.add(-change)
                index.update([], [("post", -change)])
    return seen, deleted


@settings(max_examples=40, derandomize=True, deadline=None)
@given(count=st.integers(0, 130), size=st.integers(3, 40), changes=Changes, newest=st.booleans())
def test_no_hit_comes_twice_or_is_lost_while_others_write(
    count: int, size: int, changes: list[list[int]], newest: bool
) -> None:
    seen, deleted = walk(count, size, changes, newest=newest)
    assert len(seen) == len(set(seen))
    assert set(range(1, count + 1)) - deleted <= set(seen)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(
    ids=st.lists(st.integers(1, LARGEST_ID), max_size=MAX_PINNED, unique=True),
    extra=st.integers(0, 10_000),
    more=st.booleans(),
)
def test_a_pinned_list_is_read_back_from_its_token(ids: list[int], extra: int, more: bool) -> None:
    pinned = Pinned(tuple(ids), len(ids) + extra, more)
    token = pinned.token()
    assert read_token(token) == pinned
    assert all(character.isalnum() or character in "-_" for character in token)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(token=st.text(max_size=40) | st.from_regex("[A-Za-z0-9_-]{1,2000}", fullmatch=True))
def test_a_token_that_nobody_gave_is_no_error(token: str) -> None:
    pinned = read_token(token)
    assert pinned is None or (len(pinned.ids) <= MAX_PINNED and all(0 < each <= LARGEST_ID for each in pinned.ids))


@pytest.mark.parametrize("newest", [True, False])
@pytest.mark.parametrize("count", [0, 7, 130])
def test_a_page_beyond_the_end_is_empty_and_leads_to_the_last_one(count: int, newest: bool) -> None:
    index = MemoryIndex()
    index.update([document(number) for number in range(1, count + 1)], [])

    def page(position: Position) -> HitPage:
        asked = lookup(index)
        return newest_page(asked, position, 10) if newest else best_page(asked, position, 10, None)

    beyond = page(Position(number=99))
    assert (list(beyond.ids), beyond.older) == ([], None)
    if count:
        assert beyond.newer
        assert len(page(beyond.newer).ids) == (count - 1) % 10 + 1
    assert list(page(Position(number=2**40)).ids) == []


def test_numbered_pages_show_everything_in_the_same_order() -> None:
    index = MemoryIndex()
    index.update([document(number) for number in range(1, 131)], [])
    seen = [hit for number in range(1, 15) for hit in best_page(lookup(index), Position(number=number), 10, None).ids]
    assert sorted(seen) == list(range(1, 131))


def test_links_lead_back_to_the_first_page() -> None:
    index = MemoryIndex()
    index.update([document(number) for number in range(1, 131)], [])
    first = best_page(lookup(index), START, 25, None)
    there, back = [first], []
    while there[-1].older:
        there.append(best_page(lookup(index), there[-1].older, 25, first.pinned))
    position = there[-1].newer
    while position:
        page = best_page(lookup(index), position, 25, first.pinned)
        back.append(page)
        position = page.newer
    assert [list(page.ids) for page in back] == [list(page.ids) for page in there[-2::-1]]
