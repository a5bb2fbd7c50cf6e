"""A search engine in memory, for the newest rows and for tests; the plainest reading of what a query means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..core.time import utc_now
from .interface import MOST_COUNTED, NO_HITS, Document, Hits, Key, audience_of
from .query import All, Either, Mark, Not, Part, Query, Since, Until
from .ranking import frequency, most_similar, rarity, score


@dataclass(frozen=True)
class Entry:
    """A document as it is searched."""

    kind: str
    number: int
    words: list[str]
    marks: set[str]
    created_at: datetime

    def has(self, part: Part) -> bool:
        """Whether the document is one that the part asks for."""
        if isinstance(part, All):
            return all(map(self.has, part.parts))
        if isinstance(part, Either):
            return any(map(self.has, part.parts))
        if isinstance(part, Not):
            return not self.has(part.part)
        if isinstance(part, Since):
            return self.created_at >= part.moment
        if isinstance(part, Until):
            return self.created_at < part.moment
        if isinstance(part, Mark):
            return part.text in self.marks
        return frequency(part, self.words) > 0


class MemoryIndex:
    """Keeps the words and marks of every document in a dictionary."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, int], Entry] = {}

    def update(self, documents: Sequence[Document], gone: Sequence[tuple[str, int]]) -> None:
        for key in gone:
            self._entries.pop(key, None)
        self._entries.update(_entries(documents))

    def search(
        self, kind: str, query: Query, offset: int, limit: int, *, viewer: int | None = None, newest: bool = False
    ) -> Hits:
        if not query.parts:
            return NO_HITS
        found = sorted(self._matching(kind, query, viewer), key=lambda entry: -entry.number)
        counted = found[:MOST_COUNTED]
        if not newest:
            scores = self._scores(query, counted)
            counted.sort(key=lambda entry: (-scores[entry.number], -entry.number))
        ids = tuple(entry.number for entry in counted[offset : offset + limit])
        return Hits(ids, len(counted), more=len(found) > MOST_COUNTED)

    def beside(self, kind: str, query: Query, key: Key, limit: int, *, viewer: int | None = None) -> Hits:
        found = self._matching(kind, query, viewer) if query.parts else ()
        ids = key.nearest((entry.number for entry in found), limit)
        return Hits(ids, len(ids))

    def _matching(self, kind: str, query: Query, viewer: int | None) -> Iterator[Entry]:
        wanted = All((Mark(f"kind={kind}"), Mark(audience_of(viewer)), *query.parts))
        return (entry for entry in self._entries.values() if entry.has(wanted))

    def _scores(self, query: Query, found: Sequence[Entry]) -> dict[int, float]:
        everything = list(self._entries.values())
        average = sum(len(entry.words) for entry in everything) / max(1, len(everything))
        weights = {
            part: rarity(len(everything), sum(frequency(part, entry.words) > 0 for entry in everything))
            for part in query.leaves()
        }
        now = utc_now()
        return {
            entry.number: score(entry.words, weights, average, (now - entry.created_at).total_seconds())
            for entry in found
        }

    def similar(self, word: str) -> list[str]:
        frequencies = Counter(word for entry in self._entries.values() for word in entry.words)
        return most_similar(word, frequencies, frequencies.__getitem__)

    def rebuild(self, documents: Iterable[Document]) -> None:
        self._entries = _entries(documents)

    def count(self) -> int:
        return len(self._entries)

    def worn(self) -> bool:
        return False

    def numbers(self, kind: str) -> Iterator[int]:
        return iter([number for of, number in self._entries if of == kind])

    def close(self) -> None:
        pass


def _entries(documents: Iterable[Document]) -> dict[tuple[str, int], Entry]:
    return {
        (each.kind, each.id): Entry(each.kind, each.id, each.words, each.marks, each.created_at) for each in documents
    }
