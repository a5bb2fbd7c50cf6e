"""Asking the engine, or the database when it is away, and what the page is told about the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from .fresh import fresh_hits
from .interface import Document, Hits, SearchIndex, SearchUnavailable
from .query import Query, Word

MOST_TRIED = 3

Row = TypeVar("Row")


@dataclass(frozen=True)
class Found(Generic[Row]):
    """One page of hits.

    `total` is unknown (None) and `degraded` true when the engine was away and SQL answered; `more_than_total` when not
    all were counted; `cut` when not all that was asked for was looked for. `suggestion` is a question that finds more.
    """

    items: Sequence[Row]
    total: int | None
    more: bool
    degraded: bool = False
    more_than_total: bool = False
    cut: bool = False
    suggestion: str | None = None

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
    without_index: Callable[[Query, int, int], Sequence[Row]]


def find(
    index: SearchIndex, place: Place[Row], query: Query, number: int, size: int, *, newest: bool = False
) -> Found[Row]:
    """Page `number` of what the query asks for; never an error. What was written in the last seconds comes first."""
    offset = (number - 1) * size
    try:
        hits = _hits(index, place, query, offset, size, newest=newest)
        suggestion = None if hits.total else suggest(index, place.kind, place.viewer, query)
    except SearchUnavailable:
        rows = place.without_index(query, offset, size + 1) if query.parts else []
        return Found(rows[:size], None, more=len(rows) > size, degraded=True)
    return Found(
        place.by_ids(hits.ids),
        hits.total,
        more=offset + size < hits.total,
        more_than_total=hits.more,
        cut=hits.cut,
        suggestion=suggestion,
    )


def _hits(index: SearchIndex, place: Place[Row], query: Query, offset: int, size: int, *, newest: bool) -> Hits:
    """What the newest rows give, then what the engine does."""
    fresh = fresh_hits(place.kind, query, place.viewer, place.documents)
    first = fresh[offset : offset + size]
    before = max(0, offset - len(fresh))
    hits = index.search(place.kind, query, before, size - len(first), viewer=place.viewer, newest=newest)
    # Indexed already, with its job still to be removed: it stands among the first.
    known = tuple(number for number in hits.ids if number not in fresh)
    return replace(hits, ids=first + known, total=hits.total + len(fresh) - (len(hits.ids) - len(known)))


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
