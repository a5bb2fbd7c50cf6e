"""Whoosh behind the search interface: one writer (the worker), any number of readers, safe against a pulled plug."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Any, TypeVar

from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.fields import ID, NUMERIC, TEXT, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.query import And, Term

from .interface import Document, Hits, SearchUnavailable
from .words import Query, words_of

# Part of every index folder's name: an index written by another version of this file is not read but made again.
FORMAT = "v1"
WRITER_MEGABYTES = 32
LOCK_SECONDS = 10.0

Answer = TypeVar("Answer")


def _schema() -> Schema:
    return Schema(
        key=ID(unique=True),
        kind=ID(),
        number=NUMERIC(numtype=int, bits=64, stored=True, sortable=True),
        # The text comes as words already, divided by spaces: what a word is, is decided in words.py for every engine.
        text=TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False),
    )


class SyncedStorage(FileStorage):  # type: ignore[misc]  # the library is untyped
    """Files that are on the disk before the table of contents that names them; and never mapped into memory.

    Whoosh does not sync: after a power cut its newest files may be empty (measured, reference/tech.md). Mapped files
    count as memory of the process: 167 MiB instead of 24 at 100,000 posts.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder), supports_mmap=False)
        self._unsynced: set[str] = set()

    def create_file(self, name: str, *arguments: Any, **options: Any) -> Any:
        self._unsynced.add(name)
        return super().create_file(name, *arguments, **options)

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        for name in self._unsynced:
            _sync(Path(self.folder) / name)
        self._unsynced.clear()
        super().rename_file(oldname, newname, safe)
        _sync(Path(self.folder))


class WhooshIndex:
    """An index in a folder: `current` names the sub-folder that holds the index in use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._searcher: Any = None
        self._searcher_of = ""

    def update(self, documents: Sequence[Document], gone: Sequence[tuple[str, int]]) -> None:
        with _unavailable():
            writer = self._open(self._current()).writer(timeout=LOCK_SECONDS, limitmb=WRITER_MEGABYTES)
            with _committed(writer):
                for kind, number in gone:
                    writer.delete_by_term("key", _key(kind, number))
                for document in documents:
                    writer.update_document(**_fields(document))

    def search(self, kind: str, query: Query, offset: int, limit: int) -> Hits:
        if not query.words:
            return Hits((), 0)
        wanted = And([Term("kind", kind), *(Term("text", word) for word in query.words)])

        def run(searcher: Any) -> Hits:
            results = searcher.search(wanted, limit=offset + limit, sortedby="number", reverse=True)
            return Hits(tuple(hit["number"] for hit in results[offset : offset + limit]), len(results))

        return self._read(run)

    def count(self) -> int:
        return self._read(lambda searcher: int(searcher.doc_count()))

    def rebuild(self, documents: Iterable[Document]) -> None:
        with _unavailable():
            name = f"{FORMAT}-{token_hex(6)}"
            folder = self._folder / name
            folder.mkdir(parents=True)
            try:
                _write_new(folder, documents)
            except BaseException:
                # Half an index is of no use, least of all on the full disk that may have been the reason.
                shutil.rmtree(folder, ignore_errors=True)
                raise
            self._switch_to(name)

    def close(self) -> None:
        with self._lock:
            self._let_go()

    def _read(self, run: Callable[[Any], Answer]) -> Answer:
        """Run a read on the newest searcher; once more on a fresh one, for a commit may swap files under a reader.

        One search at a time: a searcher's files have one position each, which threads must not share.
        """
        with self._lock:
            try:
                return run(self._fresh_searcher())
            except Exception:
                self._let_go()
            with _unavailable():
                return run(self._fresh_searcher())

    def _fresh_searcher(self) -> Any:
        # Opened anew after every commit. The library's own refresh() goes on reading segments that were merged into
        # others, so that documents are found twice, and deleted ones for ever (whoosh3 3.54, test_index_contract.py).
        name = self._current()
        if self._searcher is None or self._searcher_of != name or not self._searcher.up_to_date():
            self._let_go()
            self._searcher, self._searcher_of = self._open(name).searcher(), name
        return self._searcher

    def _let_go(self) -> None:
        # What is already half closed, because its files are gone, need not be closed in full.
        with suppress(Exception):
            if self._searcher is not None:
                self._searcher.close()
        self._searcher = None

    def _current(self) -> str:
        try:
            name = (self._folder / "current").read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SearchUnavailable("there is no search index yet") from error
        if not name.startswith(f"{FORMAT}-") or "/" in name:
            raise SearchUnavailable(f"the search index has another format: {name!r}")
        return name

    def _open(self, name: str) -> Any:
        return SyncedStorage(self._folder / name).open_index()

    def _switch_to(self, name: str) -> None:
        pointer = self._folder / "current.new"
        pointer.write_text(name, encoding="ascii")
        _sync(pointer)
        pointer.rename(self._folder / "current")
        _sync(self._folder)
        for other in self._folder.iterdir():
            if other.is_dir() and other.name != name:
                shutil.rmtree(other, ignore_errors=True)


def _write_new(folder: Path, documents: Iterable[Document]) -> None:
    writer = SyncedStorage(folder).create_index(_schema()).writer(limitmb=WRITER_MEGABYTES)
    with _committed(writer):
        for document in documents:
            writer.add_document(**_fields(document))


def _key(kind: str, number: int) -> str:
    return f"{kind}:{number}"


def _fields(document: Document) -> dict[str, Any]:
    return {
        "key": _key(document.kind, document.id),
        "kind": document.kind,
        "number": document.id,
        "text": " ".join(words_of(document.text)),
    }


@contextmanager
def _committed(writer: Any) -> Iterator[None]:
    try:
        yield
    except BaseException:
        writer.cancel()
        raise
    writer.commit()


@contextmanager
def _unavailable() -> Iterator[None]:
    """Whatever the library raises over a missing, foreign or damaged index (it has no one class for that)."""
    try:
        yield
    except SearchUnavailable:
        raise
    except Exception as error:
        raise SearchUnavailable(f"{type(error).__name__}: {error}") from error


def _sync(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return  # a temporary file of the library that is gone again
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
