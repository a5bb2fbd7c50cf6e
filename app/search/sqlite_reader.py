"""Reading SQLite's full-text index: what matches, how well, and how many there are."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ..core.time import utc_now
from .interface import MOST_COUNTED, Hits, audience_of
from .query import All, Either, Mark, Not, Part, Phrase, Prefix, Query, Since, Until, Word
from .ranking import freshness

# After this a search looks only at so many of the newest documents.
LIMIT_SECONDS = 1.0
NEWEST_DOCUMENTS = 50_000
INSTRUCTIONS_BETWEEN_LOOKS = 10_000
# Of more matches than this only the newest are compared with each other, which is what takes most of the time.
MOST_RANKED = 2_000
ALWAYS = 2**62
FIND = """
SELECT document.number, document.created, {score}
FROM term JOIN document ON document.rowid = term.rowid
WHERE term MATCH :match AND document.kind = :kind AND document.created >= :since AND document.created < :until
{public} AND term.rowid > :start
ORDER BY term.rowid DESC LIMIT :most
"""
# Not as a word in MATCH: ranking would count everything that is for everybody first.
PUBLIC = f"AND document.marks LIKE '%{audience_of(None)}%'"
# Many times quicker, but of times the documents alone know.
FIND_BY_MARKS = "SELECT 1 FROM term WHERE term MATCH :marked_match AND rowid > :start LIMIT :most"
COUNT = "SELECT count(*) FROM ({found})"
BEST, NOTHING = "bm25(term, 1.0, 0.0)", "0.0"

Row = tuple[int, int, float]
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Search:
    """A question as values of the statements above."""

    values: dict[str, str | int]
    public: str
    scored: bool
    timed: bool

    def find(self, connection: sqlite3.Connection, start: int, most: int, score: str) -> list[Row]:
        """The number, time and score of the newest matches after the document `start`; less is better."""
        return connection.execute(self._finding(score), self.values | {"start": start, "most": most}).fetchall()

    def count(self, connection: sqlite3.Connection, start: int) -> int:
        """How many match after the document `start`, counted no further than one above MOST_COUNTED."""
        statement = COUNT.format(found=self._finding(NOTHING) if self.timed else FIND_BY_MARKS)
        values = self.values | {"start": start, "most": MOST_COUNTED + 1}
        return int(connection.execute(statement, values).fetchone()[0])

    def _finding(self, score: str) -> str:
        return FIND.format(score=score, public=self.public)


def search_for(kind: str, query: Query, viewer: int | None, *, newest: bool) -> Search:
    """What to ask the database for a query that has parts."""
    wanted = [_match(part) for part in query.parts if not isinstance(part, Not | Since | Until)]
    refused = [_match(part.part) for part in query.parts if isinstance(part, Not)]
    of_kind, for_viewer = _match(Mark(f"kind={kind}")), _match(Mark(audience_of(viewer)))
    if viewer is not None:
        wanted.append(for_viewer)
    since = [int(part.moment.timestamp()) for part in query.parts if isinstance(part, Since)]
    until = [int(part.moment.timestamp()) for part in query.parts if isinstance(part, Until)]
    values: dict[str, str | int] = {
        "match": _joined(wanted or [of_kind], refused),
        "marked_match": _joined([*wanted, of_kind, for_viewer], refused),
        "kind": kind,
        "since": max(since, default=0),
        "until": min(until, default=ALWAYS),
    }
    scored = not newest and any(isinstance(leaf, Word | Phrase | Prefix) for leaf in query.leaves())
    return Search(values, "" if viewer is not None else PUBLIC, scored, bool(since or until))


def hits_of(connection: sqlite3.Connection, search: Search, offset: int, limit: int) -> Hits:
    """One page of what is found; of the newest documents alone, which is told, when all of them take too long."""

    def page(start: int) -> Hits:
        return _page(connection, search, start, slice(offset, offset + limit))

    hits = _within_time(connection, lambda: page(0))
    if hits is not None:
        return hits
    last = connection.execute("SELECT max(rowid) FROM document").fetchone()[0] or 0
    hits = page(last - NEWEST_DOCUMENTS)
    return Hits(hits.ids, hits.total, more=True, cut=True)


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
        return _newest_page(search.find(connection, start, MOST_COUNTED + 1, NOTHING), page)
    best = search.find(connection, start, MOST_RANKED, BEST)
    total = search.count(connection, start) if len(best) == MOST_RANKED else len(best)
    now = int(utc_now().timestamp())
    best.sort(key=lambda row: (row[2] * freshness(now - row[1]), -row[0]))
    if page.stop > len(best) and total > len(best):
        best += _newest_first(search.find(connection, start, MOST_COUNTED, NOTHING)[len(best) :])
    return _hits(best, total, page)


def _newest_page(rows: list[Row], page: slice) -> Hits:
    return _hits(_newest_first(rows[:MOST_COUNTED]), len(rows), page)


def _newest_first(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: -row[0])


def _hits(rows: list[Row], total: int, page: slice) -> Hits:
    return Hits(tuple(row[0] for row in rows[page]), min(total, MOST_COUNTED), more=total > MOST_COUNTED)


def _joined(wanted: list[str], refused: list[str]) -> str:
    match = f"({' AND '.join(wanted)})"
    return f"{match} NOT ({' OR '.join(refused)})" if refused else match


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
