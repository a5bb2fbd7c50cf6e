"""Jobs of the index: follow the rows that changed, make it anew, mend it."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .interface import Document, SearchAway, SearchIndex, SearchMissing, SearchUnavailable
from .service import Catalogue

logger = logging.getLogger(__name__)


def update_index(index: SearchIndex, catalogue: Catalogue, payloads: Sequence[dict[str, Any]]) -> None:
    """Bring the index to what the rows hold now; a row that is gone leaves the index."""
    try:
        index.update(*_changes(catalogue, payloads))
    except SearchAway:
        raise
    except SearchUnavailable:
        logger.warning("the search index cannot be written; making it anew")
        index.rebuild(catalogue.everything())


def follow(index: SearchIndex, catalogue: Catalogue, payloads: Sequence[dict[str, Any]]) -> None:
    """The same for an index that another one is about to replace, if it can be written; it is of no further use."""
    with suppress(SearchUnavailable):
        index.update(*_changes(catalogue, payloads))


def _changes(catalogue: Catalogue, payloads: Sequence[dict[str, Any]]) -> tuple[list[Document], list[tuple[str, int]]]:
    """The documents that changed, and the keys of those that are gone."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for payload in payloads:
        wanted[payload["kind"]].add(payload["id"])
    documents: list[Document] = []
    for kind, numbers in wanted.items():
        documents += catalogue.sources[kind].load(sorted(numbers))
    present = {(document.kind, document.id) for document in documents}
    gone = [(kind, number) for kind, numbers in wanted.items() for number in numbers if (kind, number) not in present]
    return documents, gone


def rebuild_index(index: SearchIndex, catalogue: Catalogue, _payloads: Sequence[dict[str, Any]] = ()) -> None:
    """Make the index anew from the rows."""
    index.rebuild(catalogue.everything())
    logger.info("search index made anew")


def heal(index: SearchIndex, catalogue: Catalogue) -> bool:
    """Make the index anew if it is missing, damaged or in too many pieces; whether that was so.

    Costs next to nothing when it is sound. Raises SearchAway when the engine does not
    answer: then there is nothing to mend yet.
    """
    try:
        index.count()
        if not index.worn():
            return False
        logger.info("the search index is in many pieces; making it anew")
    except SearchAway:
        raise
    except SearchMissing as error:
        logger.info("search index: %s", error)
    except SearchUnavailable as error:
        logger.warning("search index: %s", error)
    rebuild_index(index, catalogue)
    return True


def reconcile(index: SearchIndex, catalogue: Catalogue, is_idle: Callable[[], bool]) -> bool:
    """Make the index anew if it holds another number of documents than there are; whether that was so.

    `is_idle` tells whether no change waits: numbers that differ because one does are no damage.
    """
    if index.count() == catalogue.count() or not is_idle():
        return False
    logger.warning("the search index does not hold what the database holds")
    rebuild_index(index, catalogue)
    return True


@dataclass(frozen=True)
class Difference:
    """Of one kind, the ids that only the database has, and those that only the index has."""

    kind: str
    missing: set[int]
    extra: set[int]


def differences(index: SearchIndex, catalogue: Catalogue) -> Iterator[Difference]:
    """What the index has not, or has too much, for every kind; reads all of both."""
    for kind, source in catalogue.sources.items():
        indexed, present = set(index.numbers(kind)), set(source.numbers())
        yield Difference(kind, present - indexed, indexed - present)
