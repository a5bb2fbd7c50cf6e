"""A search engine in memory, for tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .interface import Document, Hits
from .words import Query, words_of


class MemoryIndex:
    """Keeps the words of every document in a dictionary."""

    def __init__(self) -> None:
        self._words: dict[tuple[str, int], frozenset[str]] = {}

    def update(self, documents: Sequence[Document], gone: Sequence[tuple[str, int]]) -> None:
        for key in gone:
            self._words.pop(key, None)
        self._words.update(_entries(documents))

    def search(self, kind: str, query: Query, offset: int, limit: int) -> Hits:
        wanted = frozenset(query.words)
        found = [number for (of, number), words in self._words.items() if wanted and of == kind and wanted <= words]
        return Hits(tuple(sorted(found, reverse=True)[offset : offset + limit]), len(found))

    def rebuild(self, documents: Iterable[Document]) -> None:
        self._words = _entries(documents)

    def count(self) -> int:
        return len(self._words)

    def close(self) -> None:
        pass


def _entries(documents: Iterable[Document]) -> dict[tuple[str, int], frozenset[str]]:
    return {(document.kind, document.id): frozenset(words_of(document.text)) for document in documents}
