"""Segments of a Whoosh index: looking through their documents for those of the right id, time and scope."""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..core.paging import LARGEST_ID
from ..core.time import utc_now
from .interface import MOST_COUNTED, Hits, Key
from .query import Query, Since, Until
from .ranking import freshness

# After this a search answers with what it has found.
LIMIT_SECONDS = 1.0
# Next to a key so many matches are looked at: a few documents may lie elsewhere than their ids say.
MAX_BESIDE = 1_000
# Of so many documents each it is known which ids they have.
BLOCK = 4_096
# No key: from the newest document back to the oldest.
WHOLE = Key()


@dataclass
class Found:
    """What a search has found so far, newest first: ids and scores."""

    newest: bool
    hits: list[tuple[int, float]] = field(default_factory=list)
    more: bool = False
    cut: bool = False
    late: bool = False

    def page(self, offset: int, limit: int) -> Hits:
        """One page of it."""
        hits = self.hits[:MOST_COUNTED]
        if self.newest:
            hits.sort(key=lambda hit: -hit[0])
        else:
            hits.sort(key=lambda hit: (-hit[1], -hit[0]))
        ids = tuple(number for number, _ in hits[offset : offset + limit])
        return Hits(ids, len(hits), more=self.more or self.late, cut=self.cut or self.late)

    def beside(self, key: Key, limit: int) -> Hits:
        """Return the ids next to a key."""
        ids = key.nearest((number for number, _ in self.hits), limit)
        return Hits(ids, len(ids), more=self.late, cut=self.cut or self.late)


class Leaf:
    """One segment, with the numbers, times and scopes of its documents in memory: sixteen bytes each."""

    def __init__(self, reader: Any) -> None:
        self.reader = reader
        self.numbers = array("q", reader.column_reader("number", translate=False))
        self.times = array("I", reader.column_reader("created", translate=False))
        self.scopes = array("I", reader.column_reader("scope", translate=False))
        self._blocks: list[tuple[int, int]] = []

    def range_for(self, key: Key) -> tuple[int, int]:
        """Return from where to before where the documents lie that a key admits."""
        if not self._blocks:
            pieces = (self.numbers[start : start + BLOCK] for start in range(0, len(self.numbers), BLOCK))
            self._blocks = [(min(piece), max(piece)) for piece in pieces]
        before, after = key.before or LARGEST_ID, key.after or 0
        fitting = [place for place, (low, high) in enumerate(self._blocks) if low < before and high > after]
        return (fitting[0] * BLOCK, min((fitting[-1] + 1) * BLOCK, len(self.numbers))) if fitting else (0, 0)


class Look:
    """Goes through documents that match and keeps those of the right time and scope."""

    def __init__(self, query: Query, found: Found, scope: int, key: Key) -> None:
        self._found = found
        self._scope = scope
        self._key, self._has_key = key, key != WHOLE
        self._most = MAX_BESIDE if self._has_key else MOST_COUNTED
        self.is_ascending = key.after is not None
        self._since = max((_seconds(part) for part in query.parts if isinstance(part, Since)), default=0)
        self._until = min((_seconds(part) for part in query.parts if isinstance(part, Until)), default=2**32)
        self._now = int(utc_now().timestamp())
        self._deadline = time.monotonic() + LIMIT_SECONDS

    def windows(self, leaf: Leaf, expected: int) -> Iterator[tuple[int, int]]:
        """Ranges of documents to look through; the first may be all that there is room for."""
        room = self._most + 1 - len(self._found.hits)
        first, last = leaf.range_for(self._key) if self._has_key else (0, len(leaf.numbers))
        length = min(last - first, len(leaf.numbers) * 2 * room // expected) if expected else last - first
        if self.is_ascending:
            ranges = (first, first + length), (first + length, last)
        else:
            ranges = (last - length, last), (first, last - length)
        return (each for each in ranges if each[0] < each[1])

    def through(self, leaf: Leaf, matcher: Any, refusing: Any, start: int, end: int) -> None:
        """Look at the documents from `start` to before `end` that match and are not refused."""
        found, seen = self._found, []
        if start and matcher.is_active():
            matcher.skip_to(start)
        while matcher.is_active() and (document := matcher.id()) < end:
            written = leaf.times[document]
            fits = leaf.scopes[document] == self._scope and self._since <= written < self._until
            fits = fits and (not self._has_key or self._key.admits(leaf.numbers[document]))
            if fits and not _at(refusing, document):
                score = 0.0 if found.newest else matcher.score() * freshness(self._now - written)
                seen.append((leaf.numbers[document], score))
            matcher.next()
            if time.monotonic() > self._deadline:
                found.late = True
                break
        found.hits += reversed(seen)
        found.more = len(found.hits) > self._most


def _at(matcher: Any, document: int) -> bool:
    """Whether a matcher, which is asked for ever later documents, matches this one."""
    if matcher.is_active() and matcher.id() < document:
        matcher.skip_to(document)
    return bool(matcher.is_active() and matcher.id() == document)


def _seconds(part: Since | Until) -> int:
    return int(part.moment.timestamp())
