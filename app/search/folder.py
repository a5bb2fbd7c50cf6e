"""A folder that holds one index and lets another one take over at once: `current` names the sub-folder in use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from .interface import SearchMissing, SearchUnavailable


class IndexFolder:
    """Where an index is; one written by another engine, or by another version of it, is not read but made again."""

    def __init__(self, path: Path, form: str) -> None:
        self._path = path
        self._prefix = f"{form}-"

    def current(self) -> Path:
        """The index in use; raises SearchUnavailable when there is none that we can read."""
        try:
            name = (self._path / "current").read_text(encoding="ascii").strip()
        except FileNotFoundError as error:
            raise SearchMissing("there is no search index yet") from error
        except (OSError, UnicodeDecodeError) as error:
            raise SearchUnavailable(f"the search index cannot be read: {error}") from error
        if not name.startswith(self._prefix) or "/" in name:
            raise SearchUnavailable(f"the search index has another format: {name!r}")
        return self._path / name

    @contextmanager
    def replaced(self) -> Iterator[Path]:
        """A new sub-folder to make an index in; it takes over at the end of the block, unless that raises."""
        folder = self._path / f"{self._prefix}{token_hex(6)}"
        folder.mkdir(parents=True)
        try:
            yield folder
        except BaseException:
            # Half an index is of no use, least of all on the full disk that may have been the reason.
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._switch_to(folder.name)

    def _switch_to(self, name: str) -> None:
        pointer = self._path / "current.new"
        pointer.write_text(name, encoding="ascii")
        sync(pointer)
        pointer.rename(self._path / "current")
        sync(self._path)
        for other in self._path.iterdir():
            if other.is_dir() and other.name != name:
                shutil.rmtree(other, ignore_errors=True)


def sync(path: Path) -> None:
    """Have a file or a folder on the disk; one that is gone again needs nothing."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
