"""The contract of a search engine; tests/search/test_index_contract.py holds every engine to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from zlib import crc32

from .query import Query
from .words import marks_of, words_of

# Hits beyond this are not counted, and of more than this only the newest are compared with each other.
MOST_COUNTED = 10_000
# So many words that begin alike are looked for, the most frequent ones.
MOST_EXPANDED = 200
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class SearchUnavailable(Exception):
    """The engine cannot answer now; callers answer in another way and go on."""


class SearchMissing(SearchUnavailable):
    """There is no index yet, as before the first start has built it."""


class SearchAway(SearchUnavailable):
    """The engine does not answer, or has no room, but nothing is wrong with its index: it need not be made anew."""


@dataclass(frozen=True)
class Document:
    """What the engine knows of a row: its kind, its id within the kind, its text, and what it can be found by besides.

    With `parties` only they find it, everybody otherwise.
    """

    kind: str
    id: int
    text: str
    created_at: datetime = LONG_AGO
    author: int = 0
    language: str = ""
    parties: tuple[int, ...] = ()

    @property
    def words(self) -> list[str]:
        """The words of the text in order, in their uniform form."""
        return words_of(self.text)

    @property
    def marks(self) -> set[str]:
        """All that the document can be found by besides its words; none holds white space."""
        marks = marks_of(self.text) | {f"kind={self.kind}", f"from={self.author}"}
        marks |= {f"to={party}" for party in self.parties if party != self.author}
        # Chinese in either script, say, is found as the one and as Chinese.
        marks |= {f"lang={code}" for code in (self.language, self.language.partition("-")[0]) if code}
        return marks | {audience_of(party) for party in self.parties or (None,)}


def audience_of(viewer: int | None) -> str:
    """The mark of what somebody may find; None is for what everybody may."""
    return "for=all" if viewer is None else f"for={viewer}"


def scope_of(kind: str, *, private: bool) -> int:
    """Who may look for a document as what, in a number."""
    return crc32(f"{kind} {'private' if private else 'public'}".encode())


@dataclass(frozen=True)
class Hits:
    """The ids of one page of hits in their order, and the number of all hits.

    `more` is true when there are more than `total`, which were not counted; `cut` when not every word that begins as
    asked for was looked for, or not every document could be looked at in time.
    """

    ids: tuple[int, ...]
    total: int
    more: bool = False
    cut: bool = False


NO_HITS = Hits((), 0)


@dataclass(frozen=True)
class Key:
    """A place in the order of ids: the ids below `before`, largest first, or those above `after`, smallest first."""

    before: int | None = None
    after: int | None = None

    def admits(self, number: int) -> bool:
        """Whether an id is on the side of the key that is asked for."""
        return (self.before is None or number < self.before) and (self.after is None or number > self.after)

    def nearest(self, numbers: Iterable[int], limit: int) -> tuple[int, ...]:
        """Return the `limit` ids next to the key among those that it admits, largest first."""
        admitted = sorted({number for number in numbers if self.admits(number)}, reverse=True)
        return tuple(admitted[:limit] if self.after is None else admitted[max(0, len(admitted) - limit) :])


class SearchIndex(Protocol):
    """An engine. Every method may raise SearchUnavailable; what was indexed before stays then."""

    def update(self, documents: Sequence[Document], gone: Sequence[tuple[str, int]]) -> None:
        """Index the documents in place of those with their kinds and ids, forget those in `gone`; durable on return."""

    def search(
        self, kind: str, query: Query, offset: int, limit: int, *, viewer: int | None = None, newest: bool = False
    ) -> Hits:
        """The documents of `kind` that the query asks for, none for a query without parts.

        Those for everybody without a viewer, with one those of which the viewer is a party. The best match comes first,
        a newer one before an older one that matches as well; or the newest (largest id) first if `newest`.
        """

    def beside(self, kind: str, query: Query, key: Key, limit: int, *, viewer: int | None = None) -> Hits:
        """Return the matches next to a key, largest id first; costs the same however many lie before.

        They are not counted: `total` is the number of ids returned.
        """

    def similar(self, word: str) -> list[str]:
        """Indexed words that somebody may have meant who typed `word`, the likeliest first."""

    def rebuild(self, documents: Iterable[Document]) -> None:
        """Make a new index of these documents alone beside the old one, which answers until the new one takes over."""

    def count(self) -> int:
        """How many documents of all kinds are indexed; quick. SearchUnavailable when the index cannot be read."""

    def worn(self) -> bool:
        """Whether it has come into so many pieces that making it anew would make it quicker; quick."""

    def numbers(self, kind: str) -> Iterator[int]:
        """The ids of all indexed documents of a kind, in no order."""

    def close(self) -> None:
        """Let go of files and connections; what comes after opens them again."""
