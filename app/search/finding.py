"""Asking the engine, or the database when it is away, and what the page is told about the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ..core.paging import Page, Position
from .interface import Document, Hits, SearchIndex, SearchUnavailable
from .listing import HitPage, Lookup, best_page, newest_page
from .pinned import Pinned
from .query import Problem, Query, Word
from .service import find_backlog

MOST_TRIED = 3

Row = TypeVar("Row")


@dataclass(frozen=True)
class Found(Generic[Row]):
    """One page of hits, and the positions of its neighbours.

    `total` is unknown (None) on a page by key, and where the engine was away and SQL answered, which is `degraded`;
    `behind` says that rows may be missing because more changes wait than were looked through; `more_than_total` that
    not all were counted; `cut` that not all that was asked for was looked for. `suggestion` is a question that finds
    more, `pinned` the list that the other pages go on with; `problems` are operators that were left out of account.
    """

    items: Sequence[Row]
    total: int | None
    newer: Position | None
    older: Position | None
    degraded: bool = False
    behind: bool = False
    more_than_total: bool = False
    cut: bool = False
    suggestion: str | None = None
    pinned: Pinned | None = None
    problems: Sequence[Problem] = ()

    @property
    def is_complete(self) -> bool:
        """Whether everything that was ever written was searched."""
        return not (self.degraded or self.behind)

    @property
    def posts(self) -> Sequence[Row]:
        """The rows, where they are posts."""
        return self.items


@dataclass(frozen=True)
class Place(Generic[Row]):
    """Where is looked for what: the kind, who asks (for private things), and how rows are read.

    As documents, by their ids, or by a question without an index.
    """

    kind: str
    viewer: int | None
    documents: Callable[[Sequence[int]], Sequence[Document]]
    by_ids: Callable[[Sequence[int]], Sequence[Row]]
    without_index: Callable[[Query, Position, int], Page[Row]]


def find(
    index: SearchIndex,
    place: Place[Row],
    query: Query,
    position: Position,
    size: int,
    *,
    newest: bool = False,
    pinned: Pinned | None = None,
) -> Found[Row]:
    """Return a page of what the query asks for; never an error. What was written in the last seconds comes first.

    `pinned` is the list that an earlier page of the best hits gave.
    """
    backlog = find_backlog(place.kind)
    lookup = Lookup(index, place.kind, query, place.viewer, backlog.ids, place.documents)
    try:
        page = newest_page(lookup, position, size) if newest else best_page(lookup, position, size, pinned)
        suggestion = None if page.ids or page.newer else suggest(index, place.kind, place.viewer, query)
    except SearchUnavailable:
        return _without_index(place, query, position, size)
    return _found(place, page, suggestion, query.problems, behind=backlog.has_more)


def _without_index(place: Place[Row], query: Query, position: Position, size: int) -> Found[Row]:
    page: Page[Row] = place.without_index(query, position, size) if query.parts else Page()
    return Found(page.items, None, page.newer, page.older, degraded=True, problems=query.problems)


def _found(
    place: Place[Row], page: HitPage, suggestion: str | None, problems: Sequence[Problem], *, behind: bool
) -> Found[Row]:
    return Found(
        place.by_ids(page.ids),
        page.total,
        page.newer,
        page.older,
        behind=behind,
        more_than_total=page.more,
        cut=page.cut,
        suggestion=suggestion,
        pinned=page.pinned,
        problems=problems,
    )


def suggest(index: SearchIndex, kind: str, viewer: int | None, query: Query) -> str | None:
    """The question with words that do exist in place of mistyped ones; None if that does not help.

    Only words that the same person finds something with are suggested: the index knows private ones too.
    """

    def ask(word: str) -> Hits:
        return index.search(kind, Query((Word(word),)), 0, 1, viewer=viewer)

    text = query.text
    words = [leaf for leaf in query.leaves() if isinstance(leaf, Word)]
    for word in words[:MOST_TRIED]:
        if ask(word.term).total:
            continue
        better = next((other for other in index.similar(word.term) if ask(other).total), None)
        if better:
            # Words have no backslashes, which would mean something here.
            text = re.sub(rf"(?<!\w){re.escape(word.typed)}(?!\w)", better, text)
    return text if text != query.text else None
