"""An SQLite file that belongs to another program, opened so that neither it nor its folder is changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..core.errors import Invalid

MAGIC = b"SQLite format 3\0"
WRITE_VERSION = 18
WAL = 2
# Beside a database: changes that are not in it yet, or that were not finished.
COMPANIONS = ("-wal", "-journal")
COPY = "import-source"

Connect = Callable[[], sqlite3.Connection]


@contextmanager
def opened_file(path: Path, workplace: Path) -> Iterator[Connect]:
    """A way to connect to the file for reading; raises Invalid if that cannot be.

    What a crash left beside the file belongs to it, and reading it would write: then a copy in `workplace` is read.
    """
    header = _header(path)
    if any(_size(Path(f"{path}{companion}")) for companion in COMPANIONS):
        with _folder_for_copy(workplace / COPY) as folder:
            yield _connector(_copied(path, folder).absolute().as_uri())
        return
    # A file that was used with a write-ahead log has none now, so nobody has it open, but to open it would make one.
    mode = "immutable=1" if header[WRITE_VERSION] == WAL else "mode=ro"
    yield _connector(f"{path.absolute().as_uri()}?{mode}")


@contextmanager
def _folder_for_copy(folder: Path) -> Iterator[Path]:
    """A folder for us alone, of one name, so that what a killed import left is not left for ever."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _header(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError as error:
        raise Invalid(f"there is no file {path}") from error
    except PermissionError as error:
        user = os.getuid()
        raise Invalid(
            f"user {user} may not read {path}; let it: `chmod a+r {path}`, or with Docker make a copy that is its own: "
            "`docker compose exec -T app sh -c 'cat >/data/upstream.db' <app.db`"
        ) from error
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}") from error
    if len(header) < len(MAGIC) + 4 or not header.startswith(MAGIC):
        raise Invalid(f"{path} is not an SQLite database")
    return header


def _copied(path: Path, folder: Path) -> Path:
    names = [path, *(companion for end in COMPANIONS if _size(companion := Path(f"{path}{end}")))]
    before = [_state(name) for name in names]
    try:
        for name in names:
            shutil.copyfile(name, folder / name.name)
    except OSError as error:
        raise Invalid(f"{path} cannot be copied to {folder}: {error.strerror}") from error
    if before != [_state(name) for name in names]:
        raise Invalid(f"{path} is being written to; stop the old Microblog first")
    return folder / path.name


def _connector(uri: str) -> Connect:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None)
        # SQLite takes any bytes for text; one that is no text must not stop all the others.
        connection.text_factory = lambda value: value.decode("utf-8", "replace")
        return connection

    return connect


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _state(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns
