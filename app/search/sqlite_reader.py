"""Reading SQLite's full-text index: what matches, how well, and how many there are."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ..core.time import utc_now
from .interface import MOST_COUNTED, Hits, Key, audience_of, scope_of
from .query import All, Either, Mark, Not, Part, Phrase, Prefix, Query, Since, Until, Word
from .ranking import rarity, score

# After this a search looks only at so many of the newest documents.
LIMIT_SECONDS = 1.0
NEWEST_DOCUMENTS = 50_000
INSTRUCTIONS_BETWEEN_LOOKS = 10_000
# Of more matches than this only the newest are compared with each other, which is what takes most of the time.
MOST_RANKED = 200
# If there are more among so many of the newest documents, older ones are not counted.
NEWEST_COUNTED = 250_000
# How many documents have a word is counted no further than this: how many of the oldest it took says the rest.
MOST_HAVING = 1_000
ALWAYS = 2**62
# The rows of those who may look for a kind of document stand together, so many at most: to look through all and leave
# out what is of another kind, or private, takes ten times as long.
MOST_ROWS = 2**32
# Within them a document's row follows from its id, so that a page begins at any id at once. Larger ids, which no
# database here gives, have the rows behind those, in the order in which they were written.
MAX_ROW_ID = 2**31
FIND = """
SELECT document.number, document.created, document.words
FROM term JOIN document ON document.rowid = term.rowid
WHERE term MATCH :match AND term.rowid BETWEEN :first AND :last
AND document.created >= :since AND document.created < :until
ORDER BY term.rowid DESC LIMIT :most
"""
FIND_BEFORE = FIND.replace("ORDER BY", "AND document.number < :key ORDER BY")
FIND_AFTER = FIND.replace("ORDER BY", "AND document.number > :key ORDER BY").replace("DESC", "ASC")
# Many times quicker, but of times the documents alone know.
FIND_ANY_TIME = "SELECT 1 FROM term WHERE term MATCH :match AND rowid BETWEEN :first AND :last LIMIT :most"
COUNT = "SELECT count(*) FROM ({found})"
HAVING = (
    "SELECT count(*), max(rowid) FROM (SELECT rowid FROM term WHERE term MATCH ? AND rowid BETWEEN ? AND ? LIMIT ?)"
)
LAST = "SELECT rowid FROM document WHERE rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT 1"

Row = tuple[int, int, str]
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Search:
    """A question as values of the statements above; `scored` are the parts that say how well a document fits."""

    values: dict[str, str | int]
    first: int
    scored: tuple[Part, ...]
    timed: bool

    def find(self, connection: sqlite3.Connection, start: int, most: int) -> list[Row]:
        """The number, time and words of the newest matches from the row `start` on."""
        return connection.execute(FIND, self.values | {"first": start, "most": most}).fetchall()

    def count(self, connection: sqlite3.Connection, start: int, end: int = 0, most: int = MOST_COUNTED + 1) -> int:
        """How many match from the row `start` on, up to `end` if it is given; counted no further than `most`."""
        statement = COUNT.format(found=FIND if self.timed else FIND_ANY_TIME)
        values = self.values | {"first": start, "last": end or self.values["last"], "most": most}
        return int(connection.execute(statement, values).fetchone()[0])


def first_row(kind: str, *, private: bool) -> int:
    """Where the rows begin of those who may look for a document as what."""
    return (scope_of(kind, private=private) >> 1) * MOST_ROWS


def last_row(connection: sqlite3.Connection, first: int) -> int:
    """The last row in use of those that begin with `first`; the one before if none is."""
    found = connection.execute(LAST, (first, first + MOST_ROWS - 1)).fetchone()
    return int(found[0]) if found else first - 1


def row_for(connection: sqlite3.Connection, kind: str, number: int, *, private: bool) -> int:
    """Return the row that a document with that id has, or gets."""
    first = first_row(kind, private=private)
    return first + number if number < MAX_ROW_ID else max(last_row(connection, first), first + MAX_ROW_ID - 1) + 1


def search_for(kind: str, query: Query, viewer: int | None, *, newest: bool) -> Search:
    """What to ask the database for a query that has parts."""
    wanted = [_match(part) for part in query.parts if not isinstance(part, Not | Since | Until)]
    refused = [_match(part.part) for part in query.parts if isinstance(part, Not)]
    if viewer is not None:
        wanted.append(_match(Mark(audience_of(viewer))))
    match = f"({' AND '.join(wanted or [_match(Mark(f'kind={kind}'))])})"
    since = [int(part.moment.timestamp()) for part in query.parts if isinstance(part, Since)]
    until = [int(part.moment.timestamp()) for part in query.parts if isinstance(part, Until)]
    first = first_row(kind, private=viewer is not None)
    values: dict[str, str | int] = {
        "match": f"{match} NOT ({' OR '.join(refused)})" if refused else match,
        "last": first + MOST_ROWS - 1,
        "since": max(since, default=0),
        "until": min(until, default=ALWAYS),
    }
    scored = () if newest else tuple(leaf for leaf in query.leaves() if isinstance(leaf, Word | Phrase | Prefix))
    return Search(values, first, scored, bool(since or until))


def hits_of(connection: sqlite3.Connection, search: Search, offset: int, limit: int) -> Hits:
    """One page of what is found; of the newest documents alone, which is told, when all of them take too long."""

    def page(start: int) -> Hits:
        return _page(connection, search, start, slice(offset, offset + limit))

    hits = _within_time(connection, lambda: page(search.first))
    if hits is not None:
        return hits
    hits = page(max(search.first, last_row(connection, search.first) - NEWEST_DOCUMENTS + 1))
    return Hits(hits.ids, hits.total, more=True, cut=True)


def hits_beside(connection: sqlite3.Connection, search: Search, key: Key, limit: int) -> Hits:
    """Return what is found next to a key; near it alone, which is reported, when all documents take too long."""
    first, last = search.first, int(search.values["last"])
    if key.after is not None:
        first += min(key.after + 1, MAX_ROW_ID)
    if key.before is not None and key.before <= MAX_ROW_ID:
        last = search.first + key.before - 1

    def page(first: int, last: int) -> tuple[int, ...]:
        statement = FIND_BEFORE if key.after is None else FIND_AFTER
        bounds = {"first": first, "last": last, "most": limit, "key": key.after if key.before is None else key.before}
        return tuple(row[0] for row in connection.execute(statement, search.values | bounds))

    ids = _within_time(connection, lambda: page(first, last))
    if ids is not None:
        return Hits(tuple(sorted(ids, reverse=True)), len(ids))
    newest = min(last, last_row(connection, search.first))
    near = (max(first, newest - NEWEST_DOCUMENTS), last) if key.after is None else (first, first + NEWEST_DOCUMENTS)
    ids = page(*near)
    return Hits(tuple(sorted(ids, reverse=True)), len(ids), more=True, cut=True)


def _within_time(connection: sqlite3.Connection, ask: Callable[[], Answer]) -> Answer | None:
    """The answer, or None when it took too long."""
    deadline = time.monotonic() + LIMIT_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > deadline, INSTRUCTIONS_BETWEEN_LOOKS)
    try:
        return ask()
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        return None
    finally:
        connection.set_progress_handler(None, 0)


def _page(connection: sqlite3.Connection, search: Search, start: int, page: slice) -> Hits:
    if not search.scored:
        rows = search.find(connection, start, MOST_COUNTED + 1)
        return _hits(_newest_first(rows[:MOST_COUNTED]), len(rows), page)
    rows = search.find(connection, start, MOST_RANKED)
    best = _best_first(rows, _weights(connection, search))
    if len(best) < MOST_RANKED:
        return _hits(best, len(best), page)
    total, counted_from = _count(connection, search, start)
    if page.stop > len(best) and total > len(best):
        best += _newest_first(search.find(connection, counted_from, MOST_COUNTED)[len(best) :])
    uncounted = counted_from > start and search.count(connection, start, counted_from - 1, 1) > 0
    return _hits(best, total, page, more=uncounted)


def _count(connection: sqlite3.Connection, search: Search, start: int) -> tuple[int, int]:
    """How many match, and from which row on they were counted."""
    newest = max(start, last_row(connection, search.first) - NEWEST_COUNTED + 1)
    total = search.count(connection, newest)
    return (total, newest) if total > MOST_RANKED else (search.count(connection, start), start)


def _weights(connection: sqlite3.Connection, search: Search) -> dict[Part, float]:
    """How much each part says: the less the more documents have it."""
    parts = set(search.scored)
    if len(parts) == 1:
        return dict.fromkeys(parts, 1.0)
    # About as many as there are: counting them takes long.
    last = last_row(connection, search.first)
    having = {part: _documents_having(connection, part, search.first, last) for part in parts}
    return {part: rarity(max(last - search.first + 1, count), count) for part, count in having.items()}


def _documents_having(connection: sqlite3.Connection, part: Part, first: int, last: int) -> int:
    """How many have it, estimated by the oldest of them if they are many."""
    count, reached = connection.execute(HAVING, (_match(part), first, last, MOST_HAVING)).fetchone()
    return int(count if count < MOST_HAVING else count * (last - first + 1) // (reached - first + 1))


def _best_first(rows: list[Row], weights: Mapping[Part, float]) -> list[Row]:
    texts = [row[2].split(" ") for row in rows]
    average = sum(map(len, texts)) / max(1, len(texts))
    now = utc_now().timestamp()
    scores = {row[0]: score(words, weights, average, now - row[1]) for row, words in zip(rows, texts, strict=True)}
    return sorted(rows, key=lambda row: (-scores[row[0]], -row[0]))


def _newest_first(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: -row[0])


def _hits(rows: list[Row], total: int, page: slice, *, more: bool = False) -> Hits:
    ids = tuple(row[0] for row in rows[page])
    return Hits(ids, min(total, MOST_COUNTED), more=more or total > MOST_COUNTED)


def _match(part: Part) -> str:
    """The part in FTS5's own language, in which words in quotation marks are words whatever they are."""
    if isinstance(part, Word):
        return f'words : "{part.term}"'
    if isinstance(part, Phrase):
        return f'words : "{" ".join(part.terms)}"'
    if isinstance(part, Prefix):
        return f'words : "{part.term}" *'
    if isinstance(part, Mark):
        return f'marks : "{part.text}"'
    if isinstance(part, All | Either):
        joint = " AND " if isinstance(part, All) else " OR "
        return f"({joint.join(_match(each) for each in part.parts)})"
    raise TypeError(f"{part!r} stands where the language has none")
