"""The index on a disk: damaged, missing, foreign, read while it is written, and on the disk before it counts."""

from __future__ import annotations

import errno
import gc
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.search import whoosh_index
from app.search.interface import Document, SearchUnavailable
from app.search.language import parse
from app.search.service import Catalogue, Source
from app.search.tasks import heal, reconcile, update_index
from app.search.whoosh_index import WhooshIndex, merge_neighbours

# The library leaves a damaged file open until it is collected.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io.FileIO:pytest.PytestUnraisableExceptionWarning"
)
TEXTS = {number: f"common word{number}" for number in range(1, 21)}


def document(number: int) -> Document:
    return Document("post", number, TEXTS[number])


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Collect such files here, and not in some test that has nothing to do with them."""
    yield
    gc.collect()


Opened = Callable[[], WhooshIndex]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the index is."""
    return tmp_path / "search"


@pytest.fixture
def opened(folder: Path) -> Iterator[Opened]:
    """Open the index once more, as another process does."""
    indexes: list[WhooshIndex] = []

    def open_index() -> WhooshIndex:
        indexes.append(WhooshIndex(folder))
        return indexes[-1]

    yield open_index
    for index in indexes:
        index.close()


@pytest.fixture
def index(opened: Opened) -> WhooshIndex:
    """An index of all the texts."""
    index = opened()
    index.rebuild(map(document, TEXTS))
    return index


@pytest.fixture
def catalogue() -> Catalogue:
    """Where the texts come from."""
    catalogue = Catalogue()
    catalogue.register(
        "post",
        Source(
            load=lambda ids: [document(number) for number in ids if number in TEXTS],
            everything=lambda: map(document, TEXTS),
            count=lambda: len(TEXTS),
            numbers=lambda: list(TEXTS),
        ),
    )
    return catalogue


def total(index: WhooshIndex, words: str = "common") -> int:
    return index.search("post", parse(words), 0, 5).total


def current(folder: Path) -> Path:
    return folder / (folder / "current").read_text()


def remove_all(folder: Path) -> None:
    shutil.rmtree(folder)


def remove_pointer(folder: Path) -> None:
    (folder / "current").unlink()


def point_elsewhere(folder: Path) -> None:
    (folder / "current").write_text("v1-000000000000")


def point_outside(folder: Path) -> None:
    (folder / "current").write_text("v1-../../etc")


def other_format(folder: Path) -> None:
    (folder / "current").write_text("v0-0123")


def binary_pointer(folder: Path) -> None:
    (folder / "current").write_bytes(b"\xff\xfe\0")


def empty_segments(folder: Path) -> None:
    for path in current(folder).glob("*.seg"):
        path.write_bytes(b"")


def truncate_segments(folder: Path) -> None:
    for path in current(folder).glob("*.seg"):
        os.truncate(path, path.stat().st_size // 2)


def foreign_contents(folder: Path) -> None:
    for path in current(folder).glob("*.toc"):
        path.write_bytes(b"this is no table of contents")


def remove_segments(folder: Path) -> None:
    for path in current(folder).glob("*.seg"):
        path.unlink()


DAMAGE = [remove_all, remove_pointer, point_elsewhere, point_outside, other_format, binary_pointer, empty_segments,
          truncate_segments, foreign_contents, remove_segments]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_told_as_unavailable_and_healed(
    index: WhooshIndex, opened: Opened, folder: Path, catalogue: Catalogue, damage
) -> None:
    damage(folder)
    fresh = opened()
    with pytest.raises(SearchUnavailable):
        fresh.count()
    with pytest.raises(SearchUnavailable):
        total(fresh)
    assert heal(fresh, catalogue)
    assert total(fresh) == len(TEXTS)
    assert total(opened()) == len(TEXTS), "another process reads it too"
    assert not heal(fresh, catalogue), "once is enough"


@pytest.mark.parametrize("damage", DAMAGE)
def test_an_update_of_a_damaged_index_makes_it_anew(
    index: WhooshIndex, opened: Opened, folder: Path, catalogue: Catalogue, damage
) -> None:
    damage(folder)
    fresh = opened()
    update_index(fresh, catalogue, [{"kind": "post", "id": 1}])
    assert total(fresh, "word1") == 1
    assert total(fresh) == len(TEXTS)


@pytest.mark.parametrize("known", [0, len(TEXTS) - 1, len(TEXTS)])
@pytest.mark.parametrize("idle", [True, False])
def test_an_index_that_holds_another_number_than_there_are_is_made_anew_once_nothing_waits(
    opened: Opened, catalogue: Catalogue, known: int, idle: bool
) -> None:
    index = opened()
    index.rebuild([document(number) for number in list(TEXTS)[:known]])
    assert reconcile(index, catalogue, lambda: idle) is (idle and known != len(TEXTS))
    assert index.count() == (len(TEXTS) if idle else known)


def test_another_process_sees_every_commit_and_every_rebuild(index: WhooshIndex, opened: Opened, folder: Path) -> None:
    reader = opened()
    assert total(reader, "fresh") == 0
    index.update([Document("post", 99, "fresh")], [])
    assert total(reader, "fresh") == 1
    index.rebuild([Document("post", 100, "fresh again"), Document("post", 101, "fresh too")])
    assert total(reader, "fresh") == 2
    assert [path.name for path in folder.iterdir() if path.is_dir()] == [current(folder).name], "no leftovers"


def test_a_rebuild_that_fails_leaves_nothing_behind(index: WhooshIndex, folder: Path) -> None:
    def documents() -> Iterator[Document]:
        yield document(1)
        raise OSError(errno.ENOSPC, "no space left on device")

    before = sorted(folder.iterdir())
    with pytest.raises(SearchUnavailable):
        index.rebuild(documents())
    assert sorted(folder.iterdir()) == before
    assert total(index) == len(TEXTS)


def test_readers_are_always_answered_while_the_index_is_written(index: WhooshIndex, opened: Opened) -> None:
    done = threading.Event()
    answers: list[int] = []
    errors: list[Exception] = []

    def read() -> None:
        reader = opened()
        while not done.is_set():
            try:
                answers.append(total(reader))
            except Exception as error:
                errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(30):
        index.update([Document("post", 1000 + number, "common fresh")], [])
        if number % 10 == 9:
            index.rebuild([Document("post", each, "common") for each in range(1, 100)])
    done.set()
    for reader in readers:
        reader.join()
    assert errors == []
    assert min(answers) >= len(TEXTS)


def test_every_file_is_on_the_disk_before_the_table_of_contents_that_names_it(
    index: WhooshIndex, folder: Path, monkeypatch
) -> None:
    synced: set[str] = set()
    moments: list[tuple[str, set[str]]] = []
    fsync, rename = os.fsync, os.rename

    def note_sync(descriptor: int) -> None:
        synced.add(os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}")))
        fsync(descriptor)

    def note_rename(old: str, new: str) -> None:
        moments.append((os.path.basename(new), set(synced)))
        rename(old, new)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(os, "rename", note_rename)
    index.update([Document("post", 50, "one more")], [])
    written = [(new, before) for new, before in moments if new.endswith(".toc")]
    assert len(written) == 1
    segments = {path.name for path in current(folder).glob("*.seg")}
    fresh = {name for name in segments if name in written[0][1]}
    assert fresh, "the new segment was synced first"
    assert current(folder).name in synced, "and the folder, after the renaming"


def test_a_commit_writes_few_documents_anew_and_leaves_few_segments(monkeypatch) -> None:
    class Segment:
        def __init__(self, documents: int) -> None:
            self._documents = documents

        def doc_count_all(self) -> int:
            return self._documents

    class Writer:
        storage = schema = None
        added = 0

        def add_reader(self, reader: Segment) -> None:
            self.added += reader.doc_count_all()

    class Reader(Segment):
        def __init__(self, _storage: object, _schema: object, segment: Segment) -> None:
            super().__init__(segment.doc_count_all())

        def close(self) -> None:
            pass

    monkeypatch.setattr(whoosh_index, "SegmentReader", Reader)
    segments, written, most, order = [Segment(100_000)], 0, 0, 0
    for _ in range(20_000):
        writer = Writer()
        segments = [*merge_neighbours(writer, segments), Segment(writer.added + 1)]
        written, most, order = written + writer.added, max(most, writer.added), max(order, len(segments))
    assert most < 8 * whoosh_index.MOST_MERGED, "what one commit has to write is bounded, whatever there is"
    assert written / 20_000 < 4, "each document is written anew at most once per size"
    assert order <= 1 + 7 * 3 + 20_000 / whoosh_index.MOST_MERGED
    assert sum(segment.doc_count_all() for segment in segments) == 120_000


def test_an_index_in_many_pieces_is_made_anew(
    index: WhooshIndex, catalogue: Catalogue, folder: Path, monkeypatch
) -> None:
    for number in (1, 2, 3):
        index.update([document(number)], [])
    assert not heal(index, catalogue)
    monkeypatch.setattr(whoosh_index, "MOST_SEGMENTS", 2)
    assert heal(index, catalogue)
    assert not heal(index, catalogue)
    assert len(list(current(folder).glob("*.seg"))) == 1
