"""Finds what was written in the last seconds, which the engine does not have yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .interface import Document
from .memory_index import MemoryIndex
from .query import Query


def fresh_hits(
    kind: str,
    query: Query,
    viewer: int | None,
    waiting: Sequence[int],
    load: Callable[[Sequence[int]], Sequence[Document]],
) -> tuple[int, ...]:
    """Return the ids of the rows that the query asks for, newest first; `waiting` are those whose jobs are not done."""
    if not waiting or not query.parts:
        return ()
    index = MemoryIndex()
    index.update(load(waiting), ())
    return index.search(kind, query, 0, len(waiting), viewer=viewer, newest=True).ids
