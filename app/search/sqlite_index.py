"""SQLite's full-text index (FTS5) behind the search interface: for the most posts on the smallest machines."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from .folder import IndexFolder, sync
from .interface import NO_HITS, Document, Hits, Key, SearchAway, SearchUnavailable
from .query import Query
from .ranking import most_similar
from .sqlite_reader import hits_beside, hits_of, row_for, search_for
from .words import WORDS_VERSION

# An index written by another version of this file is not read but made again.
FORMAT = f"sqlite3w{WORDS_VERSION}"
FILE = "index.db"
BUSY_MILLISECONDS = 10_000
SCHEMA = """
CREATE TABLE document (
    rowid INTEGER PRIMARY KEY, kind TEXT NOT NULL, number INTEGER NOT NULL, created INTEGER NOT NULL,
    words TEXT NOT NULL, marks TEXT NOT NULL, UNIQUE (kind, number)
);
CREATE VIRTUAL TABLE term USING fts5(
    words, marks, content='document', content_rowid='rowid', tokenize="ascii tokenchars '_#@=.-'"
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab('term', 'col');
"""
# What says nothing about the index itself.
PASSING = ("database is locked", "database or disk is full", "No space left on device")


class SqliteIndex:
    """An index in a database of its own, in a folder. Readers open a connection as needed; the writer keeps its own.

    For whoever closes the last one copies the whole log into the database: four times the bytes written per document.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = IndexFolder(folder, FORMAT)
        self._writer: sqlite3.Connection | None = None
        self._writer_of = Path()

    def update(self, documents: Sequence[Document], gone: Sequence[tuple[str, int]]) -> None:
        path = self._folder.current() / FILE
        try:
            with _unavailable():
                connection = self._writing(path)
                connection.execute("BEGIN IMMEDIATE")
                for kind, number in [*gone, *((document.kind, document.id) for document in documents)]:
                    _remove(connection, kind, number)
                for document in documents:
                    _add(connection, document)
                connection.execute("COMMIT")
        except SearchUnavailable:
            self.close()
            raise

    def search(
        self, kind: str, query: Query, offset: int, limit: int, *, viewer: int | None = None, newest: bool = False
    ) -> Hits:
        if not query.parts:
            return NO_HITS
        search = search_for(kind, query, viewer, newest=newest)
        with self._connected() as connection:
            return hits_of(connection, search, offset, limit)

    def beside(self, kind: str, query: Query, key: Key, limit: int, *, viewer: int | None = None) -> Hits:
        if not query.parts:
            return NO_HITS
        search = search_for(kind, query, viewer, newest=True)
        with self._connected() as connection:
            return hits_beside(connection, search, key, limit)

    def similar(self, word: str) -> list[str]:
        statement = "SELECT term, doc FROM vocabulary WHERE col = 'words' AND term >= ? AND term < ?"
        first = word[:1]
        if not first:
            return []
        with self._connected() as connection:
            frequencies: dict[str, int] = dict(connection.execute(statement, (first, chr(ord(first) + 1))))
        return most_similar(word, frequencies, frequencies.__getitem__)

    def rebuild(self, documents: Iterable[Document]) -> None:
        with _unavailable(), self._folder.replaced() as folder:
            path = folder / FILE
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                # Small pages, as each that an update touches is written as a whole. And nothing to protect yet: a
                # rebuild that ends early leaves nothing behind.
                connection.executescript(
                    "PRAGMA page_size=1024; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;" + SCHEMA
                )
                for document in documents:
                    _add(connection, document)
                # In one piece, or each later update would merge a part of it.
                connection.execute("INSERT INTO term (term) VALUES ('optimize')")
                connection.execute("COMMIT")
                connection.execute("PRAGMA journal_mode=WAL")
            sync(path)
            sync(folder)

    def count(self) -> int:
        with self._connected() as connection:
            return int(connection.execute("SELECT count(*) FROM document").fetchone()[0])

    def worn(self) -> bool:
        return False

    def numbers(self, kind: str) -> Iterator[int]:
        with self._connected() as connection:
            rows = connection.execute("SELECT number FROM document WHERE kind = ?", (kind,)).fetchall()
        return iter([number for (number,) in rows])

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None

    def _writing(self, path: Path) -> sqlite3.Connection:
        if self._writer is None or self._writer_of != path or not path.exists():
            self.close()
            self._writer, self._writer_of = _connect(path), path
            self._writer.execute("PRAGMA synchronous=FULL")
        return self._writer

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        path = self._folder.current() / FILE
        with _unavailable(), closing(_connect(path)) as connection:
            yield connection


def _connect(path: Path) -> sqlite3.Connection:
    # Not created when it is missing, which would look like an index with nothing in it.
    address = f"file:{path}?mode=rw"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    return connection


def _add(connection: sqlite3.Connection, document: Document) -> None:
    words, marks = " ".join(document.words), " ".join(sorted(document.marks))
    created = int(document.created_at.timestamp())
    row = row_for(connection, document.kind, document.id, private=bool(document.parties))
    connection.execute(
        "INSERT INTO document (rowid, kind, number, created, words, marks) VALUES (?, ?, ?, ?, ?, ?)",
        (row, document.kind, document.id, created, words, marks),
    )
    connection.execute("INSERT INTO term (rowid, words, marks) VALUES (?, ?, ?)", (row, words, marks))


def _remove(connection: sqlite3.Connection, kind: str, number: int) -> None:
    found = connection.execute(
        "SELECT rowid, words, marks FROM document WHERE kind = ? AND number = ?", (kind, number)
    ).fetchone()
    if found:
        # An index that keeps no texts of its own has to be told what it is to forget.
        connection.execute("INSERT INTO term (term, rowid, words, marks) VALUES ('delete', ?, ?, ?)", found)
        connection.execute("DELETE FROM document WHERE rowid = ?", found[:1])


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if any(words in str(error) for words in PASSING):
            raise SearchAway(str(error)) from error
        raise SearchUnavailable(f"{type(error).__name__}: {error}") from error
