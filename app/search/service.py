"""Says that something changed, and knows where the texts of every kind come from."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from ..core.database import db
from ..jobs.service import enqueue, newest_waiting
from .interface import Document

UPDATE = "search.update"
REBUILD = "search.rebuild"
SECONDS_BETWEEN_LOOKS = 0.5
# A new row is indexed together with those that are written in the time after it: a commit of the index, and of the
# jobs that ask for it, costs as much for one row as for many. Until then it is found by its job (fresh.py).
GATHERING = timedelta(seconds=15)
# So many rows at most are found by their jobs.
MAX_FRESH = 200


@dataclass(frozen=True)
class Source:
    """Where the documents of one kind come from: by their ids, all of them in pieces; their number, and all ids."""

    load: Callable[[Sequence[int]], Sequence[Document]]
    everything: Callable[[], Iterator[Document]]
    count: Callable[[], int]
    numbers: Callable[[], Iterable[int]]


@dataclass
class Catalogue:
    """The sources of all kinds; each feature registers its own, so that search imports none of them."""

    check: Callable[[], None] = lambda: None
    watch: Callable[[int, int], None] = lambda done, total: None
    sources: dict[str, Source] = field(default_factory=dict)

    def register(self, kind: str, source: Source) -> None:
        """Let `source` provide the documents of `kind`."""
        self.sources[kind] = source

    def count(self) -> int:
        """How many documents there should be."""
        return sum(source.count() for source in self.sources.values())

    def everything(self) -> Iterator[Document]:
        """Every document there is.

        There may be very many, so `check`, which may raise, is called before each, and `watch` now and then and at the
        end, with how many of how many are done.
        """
        done, total, next_look = 0, self.count(), 0.0
        for source in self.sources.values():
            for document in source.everything():
                self.check()
                if time.monotonic() >= next_look:
                    self.watch(done, max(total, done + 1))
                    next_look = time.monotonic() + SECONDS_BETWEEN_LOOKS
                yield document
                done += 1
        self.watch(done, done)


def record_new(kind: str, number: int) -> None:
    """A row was written in the running transaction: it can be found once that is committed, and is indexed soon."""
    enqueue(UPDATE, {"kind": kind, "id": number, "new": True}, wait=GATHERING)


def record_change(kind: str, number: int) -> None:
    """A row was changed or deleted in the running transaction: the index follows at once when that is committed."""
    enqueue(UPDATE, {"kind": kind, "id": number})


@dataclass(frozen=True)
class Backlog:
    """The ids of the newest rows that may not be indexed yet, and whether more changes wait than these."""

    ids: Sequence[int]
    has_more: bool


def find_backlog(kind: str) -> Backlog:
    """Return what the index of this kind does not hold yet."""
    waiting = newest_waiting(db.session(), (UPDATE, REBUILD), MAX_FRESH + 1)
    changes = [payload for of, payload in waiting[:MAX_FRESH] if of == UPDATE]
    # An index that is to be rebuilt may lack anything.
    has_more = len(waiting) > MAX_FRESH or len(changes) < len(waiting)
    return Backlog([each["id"] for each in changes if each["kind"] == kind and each.get("new")], has_more)


def request_rebuild() -> None:
    """Have the worker make the index anew."""
    enqueue(REBUILD, {})
