"""A search engine that can be switched off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.search.interface import Document, Hits, Key, SearchUnavailable
from app.search.memory_index import MemoryIndex
from app.search.query import Query


class FragileIndex(MemoryIndex):
    """The engine in memory, which raises SearchUnavailable while it is `away`."""

    away = False

    def update(self, documents: Sequence[Document], gone: Sequence[tuple[str, int]]) -> None:
        self._check()
        super().update(documents, gone)

    def search(self, kind: str, query: Query, offset: int, limit: int, **options: Any) -> Hits:
        self._check()
        return super().search(kind, query, offset, limit, **options)

    def beside(self, kind: str, query: Query, key: Key, limit: int, **options: Any) -> Hits:
        self._check()
        return super().beside(kind, query, key, limit, **options)

    def similar(self, word: str) -> list[str]:
        self._check()
        return super().similar(word)

    def numbers(self, kind: str) -> Iterator[int]:
        self._check()
        return super().numbers(kind)

    def rebuild(self, documents: Iterable[Document]) -> None:
        self._check()
        super().rebuild(documents)

    def count(self) -> int:
        self._check()
        return super().count()

    def _check(self) -> None:
        if self.away:
            raise SearchUnavailable("switched off")
