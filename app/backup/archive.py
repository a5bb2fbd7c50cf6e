"""The file of a backup: a compressed tar whose first member is the manifest, written and read in one pass."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO

from .manifest import MANIFEST, Content, Manifest
from .snapshot import BackupError, sync

PIECE = 256 * 1024
COMPRESSION = 6
# Of what stands before a member, such as a long name; tarfile would read any length of it into memory.
MAX_MEMBER_HEAD = 2**20
LONGEST_MANIFEST = 64 * 2**20
UNREADABLE = (OSError, EOFError, zlib.error, tarfile.TarError, UnicodeDecodeError)


class _BoundedReader(io.RawIOBase):
    """Reads another file, but at most so many bytes while the head of a member is parsed."""

    def __init__(self, file: gzip.GzipFile) -> None:
        super().__init__()
        self._file = file
        # Opening an archive reads the head of its first member.
        self._left: int | None = MAX_MEMBER_HEAD

    def read(self, size: int = -1) -> bytes:
        """As of any file; raises BackupError when the head of a member is too long."""
        piece = self._file.read(size)
        if self._left is not None:
            self._left -= len(piece)
            if self._left < 0:
                raise BackupError("the backup has a member whose header is too long; it was not made by Microblog")
        return piece

    def next_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo | None:
        """Return the next member of the archive that is read through this; the one before must be read to its end."""
        self._left = MAX_MEMBER_HEAD
        try:
            return archive.next()
        finally:
            self._left = None


def content_of(path: Path) -> Content:
    """Length and SHA-256 of a file, read piece by piece."""
    with path.open("rb") as file:
        return copy(file, lambda _piece: None)


def copy(source: IO[bytes], write: Callable[[bytes], object]) -> Content:
    """Hand over all that a file holds, piece by piece; its length and SHA-256."""
    size, digest = 0, sha256()
    while piece := source.read(PIECE):
        size += len(piece)
        digest.update(piece)
        write(piece)
    return Content(size, digest.hexdigest())


def write_archive(path: Path, manifest: Manifest, files: Mapping[str, Path]) -> None:
    """Write a backup to `path` (mode 0600), and wait until it is on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    moment = int(manifest.created.timestamp())
    with os.fdopen(descriptor, "wb") as raw:
        with (
            gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=COMPRESSION, mtime=moment, filename="") as compressed,
            tarfile.open(fileobj=compressed, mode="w|") as archive,
        ):
            text = manifest.to_json().encode()
            archive.addfile(_member(MANIFEST, len(text), moment), io.BytesIO(text))
            for name, content in manifest.files.items():
                with files[name].open("rb") as file:
                    archive.addfile(_member(name, content.size, moment), file)
        raw.flush()
        os.fsync(raw.fileno())
    sync(path.parent)


def _member(name: str, size: int, moment: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, moment, 0o600
    return member


def read_manifest(path: Path) -> Manifest:
    """The manifest alone, which stands at the beginning; raises BackupError if this is no backup."""
    with _opened(path) as (archive, reader):
        return _manifest_of(archive, reader, path)


def read_member(path: Path, name: str) -> bytes | None:
    """A small file of a backup, None if it has none of that name; raises BackupError unless it is what was put in."""
    with _opened(path) as (archive, reader):
        expected = _manifest_of(archive, reader, path).files.get(name)
        if expected is None:
            return None
        for member, content in _rest(archive, reader):
            if member.name == name:
                return _checked(content.read(expected.size), expected, path)
    raise BackupError(f"{path.name} is not whole: {name} is missing")


def _checked(content: bytes, expected: Content, path: Path) -> bytes:
    if copy(io.BytesIO(content), lambda _piece: None) != expected:
        raise BackupError(f"{path.name} is damaged")
    return content


def check_archive(path: Path) -> Manifest:
    """Read all of a backup and compare it with its manifest; raises BackupError unless every byte is right."""
    return _compared(path, lambda _name: io.BytesIO(), keep=False)


def extract(path: Path, folder: Path) -> Manifest:
    """Unpack a backup into an empty folder and wait until it is on the disk; raises BackupError unless it is whole."""

    def target(name: str) -> IO[bytes]:
        place = folder / name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    manifest = _compared(path, target, keep=True)
    for place in [folder, *(each for each in folder.rglob("*") if each.is_dir())]:
        sync(place)
    return manifest


def _compared(path: Path, target: Callable[[str], IO[bytes]], *, keep: bool) -> Manifest:
    """Read all members, write them to `target` if they are to be kept, and compare them with the manifest."""
    with _opened(path) as (archive, reader):
        manifest = _manifest_of(archive, reader, path)
        missing = dict(manifest.files)
        for member, content in _rest(archive, reader):
            expected = missing.pop(member.name, None)
            if expected is None:
                raise BackupError(f"{path.name} holds {member.name!r}, of which its manifest knows nothing")
            if member.size != expected.size or _kept(content, target(member.name), keep=keep) != expected:
                raise BackupError(f"{path.name} is damaged: {member.name} is not what was put into it")
        # To the very end, where the sum of everything stands.
        _drain(reader)
    if missing:
        raise BackupError(f"{path.name} is not whole: {', '.join(sorted(missing)[:3])} is missing")
    return manifest


def _kept(content: IO[bytes], file: IO[bytes], *, keep: bool) -> Content:
    with file:
        found = copy(content, file.write if keep else lambda _piece: None)
        if keep:
            file.flush()
            os.fsync(file.fileno())
    return found


def _rest(archive: tarfile.TarFile, reader: _BoundedReader) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    while (member := reader.next_member(archive)) is not None:
        content = archive.extractfile(member) if member.isreg() else None
        if content is None:
            raise BackupError(f"the backup holds {member.name!r}, which is no ordinary file")
        yield member, content
        _drain(content)
        # Else this list grows with every picture that people have put in.
        archive.members.clear()  # type: ignore[attr-defined]


def _drain(file: IO[bytes] | _BoundedReader) -> None:
    while file.read(PIECE):
        pass


def _manifest_of(archive: tarfile.TarFile, reader: _BoundedReader, path: Path) -> Manifest:
    first = reader.next_member(archive)
    content = archive.extractfile(first) if first is not None and first.isreg() else None
    if first is None or content is None or first.name != MANIFEST or first.size > LONGEST_MANIFEST:
        raise BackupError(f"{path.name} is no backup of Microblog")
    return Manifest.from_json(content.read().decode())


@contextmanager
def _opened(path: Path) -> Iterator[tuple[tarfile.TarFile, _BoundedReader]]:
    try:
        # gzip's own reader: the one of tarfile does not compare the sum at the end.
        with gzip.open(path, "rb") as compressed:
            reader = _BoundedReader(compressed)
            with tarfile.open(fileobj=reader, mode="r|") as archive:
                yield archive, reader
    except UNREADABLE as error:
        if isinstance(error, OSError) and error.errno:
            raise BackupError(f"{path.name} cannot be read or unpacked: {error.strerror}") from error
        raise BackupError(f"{path.name} is damaged, or no backup of Microblog ({error})") from error
