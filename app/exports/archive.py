"""A zip file with what somebody has written, made piece by piece so that memory does not grow with its size."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

INDENT = 4


class Archive:
    """A zip file at `path`, which appears only once it is whole and on the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = path.with_suffix(".partial")

    def __enter__(self) -> Archive:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        # Nginx reads it by its group if it may enter the folder (app/boot/media.py).
        os.fchmod(descriptor, stat.S_IMODE(self._path.parent.stat().st_mode) & 0o640)
        self._file = os.fdopen(descriptor, "wb")
        self._zip = ZipFile(self._file, "w", ZIP_DEFLATED)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            # Also after a failure: what is not closed complains when it is collected.
            with suppress(OSError) if kind else nullcontext():
                self._zip.close()
            if kind is None:
                self._keep()
        finally:
            self._file.close()
            self._partial.unlink(missing_ok=True)

    def _keep(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._partial.rename(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def add(self, name: str, value: Any) -> None:
        """Add a value as a JSON file."""
        self._zip.writestr(name, json.dumps(value, indent=INDENT, ensure_ascii=False))

    def add_list(self, name: str, key: str, items: Iterable[Any]) -> None:
        """Add `{key: [items]}` as a JSON file, an item at a time."""
        with self._zip.open(name, "w", force_zip64=True) as member:
            for piece in _pieces(key, items):
                member.write(piece.encode())


def size_of(path: Path, name: str) -> int:
    """How many bytes a file in a zip file has."""
    with ZipFile(path) as archive:
        return archive.getinfo(name).file_size


def _pieces(key: str, items: Iterable[Any]) -> Iterator[str]:
    yield f'{{\n    "{key}": ['
    separator = "\n"
    for item in items:
        yield separator + json.dumps(item, indent=INDENT, ensure_ascii=False)
        separator = ",\n"
    yield "\n    ]\n}\n"
