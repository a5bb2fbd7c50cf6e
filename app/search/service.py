"""Says that something changed, and knows where the texts of every kind come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ..jobs.service import enqueue
from .interface import Document

UPDATE = "search.update"
REBUILD = "search.rebuild"


@dataclass(frozen=True)
class Source:
    """Where the documents of one kind come from: by their ids, all of them in pieces, and their number."""

    load: Callable[[Sequence[int]], Sequence[Document]]
    everything: Callable[[], Iterator[Document]]
    count: Callable[[], int]


@dataclass
class Catalogue:
    """The sources of all kinds; each feature registers its own, so that search imports none of them."""

    check: Callable[[], None] = lambda: None
    sources: dict[str, Source] = field(default_factory=dict)

    def register(self, kind: str, source: Source) -> None:
        """Let `source` provide the documents of `kind`."""
        self.sources[kind] = source

    def count(self) -> int:
        """How many documents there should be."""
        return sum(source.count() for source in self.sources.values())

    def everything(self) -> Iterator[Document]:
        """Every document there is; `check` is called before each and may raise, for there may be very many."""
        for source in self.sources.values():
            for document in source.everything():
                self.check()
                yield document


def record_change(kind: str, number: int) -> None:
    """A row was written, changed or deleted in the running transaction: the index follows once that is committed."""
    enqueue(UPDATE, {"kind": kind, "id": number})


def request_rebuild() -> None:
    """Have the worker make the index anew."""
    enqueue(REBUILD, {})
