"""Finds what was written in the last seconds, which the engine does not have yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .interface import Document
from .memory_index import MemoryIndex
from .query import Query
from .service import fresh_numbers


def fresh_hits(
    kind: str, query: Query, viewer: int | None, load: Callable[[Sequence[int]], Sequence[Document]]
) -> tuple[int, ...]:
    """The ids of rows that the query asks for and whose jobs are not done, newest first.

    To be asked before the engine is: a job is removed after its row was indexed, so a row is missed by neither.
    """
    numbers = fresh_numbers(kind) if query.parts else []
    if not numbers:
        return ()
    index = MemoryIndex()
    index.update(load(numbers), ())
    return index.search(kind, query, 0, len(numbers), viewer=viewer, newest=True).ids
