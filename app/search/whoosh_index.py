"""Whoosh behind the search interface: one writer (the worker), any number of readers, safe against a pulled plug."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, ID, TEXT, FieldType, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.formats import Existence
from whoosh.index import LockError
from whoosh.reading import SegmentReader

from .folder import IndexFolder, sync
from .interface import NO_HITS, Document, Hits, Key, SearchAway, SearchUnavailable, scope_of
from .query import Query
from .whoosh_reader import Reader
from .words import WORDS_VERSION

# An index written by another version of this file is not read but made again.
FORMAT = f"whoosh2w{WORDS_VERSION}"
WRITER_MEGABYTES = 32
LOCK_SECONDS = 10.0
# As soon as so many segments of about the same size lie side by side they become one, so that a document is written
# anew only a few times. Those of MOST_MERGED documents and more stay apart, for nobody is to wait seconds for a commit.
MERGED_TOGETHER, MOST_MERGED = 8, 512
# So many there are after some 20,000 documents more; then the worker makes one of them, beside the old ones.
MOST_SEGMENTS = 48

Answer = TypeVar("Answer")


def _schema() -> Schema:
    return Schema(
        key=ID(unique=True),
        # Both come as words already, divided by spaces: what a word is, is decided in words.py for every engine.
        words=TEXT(analyzer=SpaceSeparatedTokenizer()),
        marks=FieldType(Existence(), SpaceSeparatedTokenizer()),
        number=COLUMN(NumericColumn("q")),
        created=COLUMN(NumericColumn("I")),
        scope=COLUMN(NumericColumn("I")),
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
            sync(Path(self.folder) / name)
        self._unsynced.clear()
        super().rename_file(oldname, newname, safe)
        sync(Path(self.folder))


class WhooshIndex:
    """An index in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = IndexFolder(folder, FORMAT)
        self._lock = threading.Lock()
        self._reader: Reader | None = None
        self._reader_of = Path()

    def update(self, documents: Sequence[Document], gone: Sequence[tuple[str, int]]) -> None:
        with _unavailable():
            writer = _open(self._folder.current()).writer(timeout=LOCK_SECONDS, limitmb=WRITER_MEGABYTES)
            with _committed(writer):
                for kind, number in gone:
                    writer.delete_by_term("key", _key(kind, number))
                for document in documents:
                    writer.update_document(**_fields(document))

    def search(
        self, kind: str, query: Query, offset: int, limit: int, *, viewer: int | None = None, newest: bool = False
    ) -> Hits:
        if not query.parts:
            return NO_HITS
        return self._read(lambda reader: reader.search(kind, query, viewer, newest=newest).page(offset, limit))

    def beside(self, kind: str, query: Query, key: Key, limit: int, *, viewer: int | None = None) -> Hits:
        if not query.parts:
            return NO_HITS
        return self._read(lambda reader: reader.search(kind, query, viewer, newest=True, key=key).beside(key, limit))

    def similar(self, word: str) -> list[str]:
        return self._read(lambda reader: reader.similar(word))

    def count(self) -> int:
        return self._read(lambda reader: int(reader.whole.doc_count()))

    def worn(self) -> bool:
        return self._read(lambda reader: len(reader.leaves) > MOST_SEGMENTS)

    def numbers(self, kind: str) -> Iterator[int]:
        return iter(self._read(lambda reader: reader.numbers(kind)))

    def rebuild(self, documents: Iterable[Document]) -> None:
        with _unavailable(), self._folder.replaced() as folder:
            writer = SyncedStorage(folder).create_index(_schema()).writer(limitmb=WRITER_MEGABYTES)
            with _committed(writer):
                for document in documents:
                    writer.add_document(**_fields(document))

    def close(self) -> None:
        with self._lock:
            self._let_go()

    def _read(self, run: Callable[[Reader], Answer]) -> Answer:
        """Run a read on the newest state; once more on a fresh one, for a commit may swap files under a reader.

        One search at a time: a reader's files have one position each, which threads must not share.
        """
        with self._lock:
            try:
                return run(self._fresh_reader())
            except Exception:
                self._let_go()
            with _unavailable():
                return run(self._fresh_reader())

    def _fresh_reader(self) -> Reader:
        folder = self._folder.current()
        index = _open(folder)
        if self._reader is None or self._reader_of != folder:
            self._let_go()
            self._reader, self._reader_of = Reader(index), folder
        elif self._reader.generation != index.latest_generation():
            self._reader = Reader(index, older=self._reader)
        return self._reader

    def _let_go(self) -> None:
        # What is already half closed, because its files are gone, need not be closed in full.
        with suppress(Exception):
            if self._reader is not None:
                self._reader.close()
        self._reader = None


def _open(folder: Path) -> Any:
    return SyncedStorage(folder).open_index()


def merge_neighbours(writer: Any, segments: list[Any]) -> list[Any]:
    """Which segments stay as they are at a commit; the others are written into the new one.

    Only the last ones are merged, so that documents stay in the order in which they were written.
    """
    sizes = [segment.doc_count_all() for segment in segments]
    kept = len(sizes)
    size = MERGED_TOGETHER
    while size <= MOST_MERGED:
        start = len(sizes) - _last_below(sizes, size)
        alike = sum(count >= size // MERGED_TOGETHER for count in sizes[start:])
        if alike < MERGED_TOGETHER - 1:
            break
        # The new one among them makes it full; merged, they are one of the next size.
        kept, size = start, size * MERGED_TOGETHER
    for segment in segments[kept:]:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return segments[:kept]


def _last_below(sizes: Sequence[int], size: int) -> int:
    """How many segments at the end have fewer documents than `size`."""
    count = 0
    while count < len(sizes) and sizes[-1 - count] < size:
        count += 1
    return count


def _key(kind: str, number: int) -> str:
    return f"{kind}:{number}"


def _fields(document: Document) -> dict[str, Any]:
    return {
        "key": _key(document.kind, document.id),
        "words": " ".join(document.words),
        "marks": " ".join(document.marks),
        "number": document.id,
        "scope": scope_of(document.kind, private=bool(document.parties)),
        "created": max(0, int(document.created_at.timestamp())),
    }


@contextmanager
def _committed(writer: Any) -> Iterator[None]:
    try:
        yield
    except BaseException:
        writer.cancel()
        raise
    writer.commit(mergetype=merge_neighbours)


@contextmanager
def _unavailable() -> Iterator[None]:
    """Whatever the library raises over a missing, foreign or damaged index (it has no one class for that)."""
    try:
        yield
    except SearchUnavailable:
        raise
    except LockError as error:
        raise SearchAway("another process writes the search index") from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise SearchAway(str(error)) from error
        raise SearchUnavailable(f"{type(error).__name__}: {error}") from error
