"""The contract of a search engine; tests/search/test_index_contract.py holds every engine to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from .words import Query


class SearchUnavailable(Exception):
    """The engine cannot answer now; callers answer in another way and go on."""


@dataclass(frozen=True)
class Document:
    """What the engine knows of a row: its kind, its id within the kind, and its text."""

    kind: str
    id: int
    text: str


@dataclass(frozen=True)
class Hits:
    """The ids of one page of hits, newest (largest) first, and the number of all hits."""

    ids: tuple[int, ...]
    total: int


class SearchIndex(Protocol):
    """An engine. Every method may raise SearchUnavailable; what was indexed before stays then."""

    def update(self, documents: Sequence[Document], gone: Sequence[tuple[str, int]]) -> None:
        """Index the documents in place of those with their kinds and ids, forget those in `gone`; durable on return."""

    def search(self, kind: str, query: Query, offset: int, limit: int) -> Hits:
        """The documents of `kind` that have all words of the query; none for a query without words."""

    def rebuild(self, documents: Iterable[Document]) -> None:
        """Make a new index of these documents alone beside the old one, which answers until the new one takes over."""

    def count(self) -> int:
        """How many documents of all kinds are indexed; quick. SearchUnavailable when the index cannot be read."""

    def close(self) -> None:
        """Let go of files and connections; what comes after opens them again."""
