"""Pages of hits: by key, so that none comes twice or is lost while others write, and by number as old addresses ask."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ..core.paging import LARGEST_ID, LARGEST_PAGE, START, Position
from .fresh import fresh_hits
from .interface import MOST_COUNTED, Document, Hits, Key, SearchIndex
from .pinned import MAX_PINNED, Pinned
from .query import Query

END = Key(before=LARGEST_ID)


@dataclass(frozen=True)
class HitPage:
    """The ids of a page, the positions of its neighbours, and all hits that were counted (None by key)."""

    ids: Sequence[int]
    newer: Position | None
    older: Position | None
    total: int | None = None
    more: bool = False
    cut: bool = False
    pinned: Pinned | None = None


@dataclass(frozen=True)
class Lookup:
    """A question to the engine; `waiting` are the newest rows, which it may not have yet."""

    index: SearchIndex
    kind: str
    query: Query
    viewer: int | None
    waiting: Sequence[int]
    load: Callable[[Sequence[int]], Sequence[Document]]

    @cached_property
    def fresh(self) -> tuple[int, ...]:
        """The newest rows that the query asks for, whether indexed or not, newest first."""
        return fresh_hits(self.kind, self.query, self.viewer, self.waiting, self.load)

    def first(self, offset: int, limit: int, *, newest: bool) -> Hits:
        """What the newest rows give, then what the engine does."""
        # Asked for before the engine is: a job is removed after its row was indexed, so a row is missed by neither.
        fresh = self.fresh
        if newest and not offset:
            hits = self.index.search(self.kind, self.query, 0, limit, viewer=self.viewer, newest=True)
            total = hits.total + len(set(fresh) - set(hits.ids))
            return replace(hits, ids=END.nearest((*fresh, *hits.ids), limit), total=total)
        first = fresh[offset : offset + limit]
        before = max(0, offset - len(fresh))
        hits = self.index.search(self.kind, self.query, before, limit - len(first), viewer=self.viewer, newest=newest)
        # Indexed already, with its job still to be removed: it stands among the first.
        known = tuple(number for number in hits.ids if number not in fresh)
        return replace(hits, ids=first + known, total=hits.total + len(fresh) - (len(hits.ids) - len(known)))

    def beside(self, key: Key, limit: int) -> Hits:
        """What lies next to a key, newest first."""
        fresh = self.fresh
        hits = self.index.beside(self.kind, self.query, key, limit, viewer=self.viewer)
        return replace(hits, ids=key.nearest((*fresh, *hits.ids), limit))


def newest_page(lookup: Lookup, position: Position, size: int) -> HitPage:
    """Return a page of all hits, newest first."""
    if position.has_key:
        found = _page_beside(lookup, position, size, ())
        return found or newest_page(lookup, START, size)
    offset = (position.number - 1) * size
    if position.number > LARGEST_PAGE:
        return HitPage((), START, None)
    hits = lookup.first(offset, size, newest=True)
    return HitPage(
        hits.ids,
        _page_before(position.number, -(-hits.total // size)),
        _older(hits.ids, more=offset + size < hits.total or hits.more),
        hits.total,
        hits.more,
        hits.cut,
    )


def best_page(lookup: Lookup, position: Position, size: int, pinned: Pinned | None) -> HitPage:
    """Return a page of the best hits, as they were when the first page was made; after them the rest, newest first."""
    cut = False
    if pinned is None:
        hits = lookup.first(0, MAX_PINNED, newest=False)
        pinned, cut = Pinned(hits.ids[:MAX_PINNED], hits.total, hits.more), hits.cut
    page = _best_page(lookup, position, size, pinned)
    return replace(page, total=pinned.total, more=pinned.more, cut=page.cut or cut, pinned=pinned)


def _best_page(lookup: Lookup, position: Position, size: int, pinned: Pinned) -> HitPage:
    pages, number = pinned.pages(size), position.number
    if position.has_key:
        found = _page_beside(lookup, position, size, pinned.ids) or _rest_page(lookup, pages + 1, size, pinned)
        return found if found.newer != START else replace(found, newer=Position(number=pages))
    if number > pages:
        return _rest_page(lookup, number, size, pinned)
    older = Position(number=number + 1) if number < pages or pinned.has_rest else None
    return HitPage(pinned.ids[(number - 1) * size : number * size], _page_before(number, number), older)


def _rest_page(lookup: Lookup, number: int, size: int, pinned: Pinned) -> HitPage:
    """Return the numbered page of what follows the best hits."""
    offset = (number - pinned.pages(size) - 1) * size
    newer = _page_before(number, pinned.pages(size) + -(-(pinned.total - len(pinned.ids)) // size))
    if not pinned.has_rest or offset >= MOST_COUNTED:
        return HitPage((), newer, None)
    hits = lookup.first(0, offset + size + 1 + len(pinned.ids), newest=True)
    ids = [hit for hit in hits.ids if hit not in pinned.ids][offset:]
    return HitPage(ids[:size], newer, _older(ids[:size], more=len(ids) > size), cut=hits.cut)


def _page_beside(lookup: Lookup, position: Position, size: int, left_out: Collection[int]) -> HitPage | None:
    """Return the page at a key, None if less than a page lies after it: then the start of the list is asked for."""
    hits = lookup.beside(Key(position.before, position.after), size + 1 + len(left_out))
    ids = [hit for hit in hits.ids if hit not in left_out]
    if position.after is None:
        newer = Position(after=ids[0]) if ids else START
        return HitPage(ids[:size], newer, _older(ids[:size], more=len(ids) > size), cut=hits.cut)
    if len(ids) <= size:
        return None
    ids = ids[-size:]
    return HitPage(ids, Position(after=ids[0]), _older(ids, more=True), cut=hits.cut)


def _older(ids: Sequence[int], *, more: bool) -> Position | None:
    return Position(before=ids[-1]) if more and ids else None


def _page_before(number: int, pages: int) -> Position | None:
    """The page before a numbered one: of one beyond the end the last that there is."""
    before = min(number - 1, pages)
    return Position(number=before) if before > 0 else None
