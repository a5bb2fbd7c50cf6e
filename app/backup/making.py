"""Makes a backup: copy, proof, manifest, archive, and the proof that what lies on the disk is what was meant."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from ..core.config import PROJECT_ROOT
from ..core.time import utc_now
from .archive import check_archive, content_of, write_archive
from .manifest import DATABASE, MEDIA, SECRET_KEY, Manifest, file_name
from .snapshot import BackupError, opened_for_reading, sync, take_snapshot
from .store import Occupied, Store

SPARE = 50 * 2**20
EXPORTS = "exports"
MEBIBYTE = 2**20
# A file that changed a moment before we looked may change again without its time telling.
SETTLED = timedelta(seconds=2)
JUST_NOW = timedelta(seconds=10)


@dataclass(frozen=True)
class Sources:
    """What goes into a backup; `extra` are small files by name, such as the certificate authority's."""

    data_dir: Path
    version: str
    secret_key: str = ""
    extra: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """The database file."""
        return self.data_dir / DATABASE

    def media(self) -> dict[str, Path]:
        """Files that people have put in, by the names they have in the backup."""
        folder = self.data_dir / MEDIA
        found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        # Finished exports expire after a week, and everything in them is in the database.
        found = [path for path in found if path.relative_to(folder).parts[0] != EXPORTS]
        return {path.relative_to(self.data_dir).as_posix(): path for path in found}


@dataclass(frozen=True)
class Made:
    """A backup that was made, and the older ones that went for it."""

    path: Path
    manifest: Manifest
    removed: list[str]


def make_backup(store: Store, sources: Sources) -> Made:
    """Make a backup while the appliance runs or not, and thin out the older ones; raises BackupError and notes it."""
    began = time.monotonic()
    try:
        with store.workspace() as work:
            mark = fingerprint(sources)
            path, manifest = _make(store, sources, work)
            removed = store.thin_out() if manifest.clock_ok else []
    except Occupied:
        raise
    except (OSError, sqlite3.Error, BackupError) as error:
        _note_failure(store, error)
        raise error if isinstance(error, BackupError) else BackupError(f"the backup failed: {error}") from error
    store.note("failed")
    store.note(
        "made",
        at=manifest.created.isoformat(),
        name=path.name,
        seconds=round(time.monotonic() - began, 1),
        size=path.stat().st_size,
        fingerprint=mark,
    )
    return Made(path, manifest, removed)


def _make(store: Store, sources: Sources, work: Path) -> tuple[Path, Manifest]:
    _check_room(store.folder, sources)
    copied = work / DATABASE
    take_snapshot(sources.database, copied)
    files = {DATABASE: copied, **_small_files(sources, work), **sources.media()}
    created = _free_moment(store)
    manifest = Manifest(
        version=sources.version,
        revision=_revision_of(copied),
        created=created,
        files={name: content_of(path) for name, path in files.items()},
        rows=count_rows(copied),
        clock_ok=is_clock_right(store, created),
    )
    draft = work / "backup.tar.gz"
    write_archive(draft, manifest, files)
    path = store.folder / file_name(created, sources.version)
    draft.rename(path)
    sync(store.folder)
    _read_again(path)
    return path, manifest


def _small_files(sources: Sources, work: Path) -> dict[str, Path]:
    contents = dict(sources.extra)
    if sources.secret_key:
        contents[SECRET_KEY] = sources.secret_key.encode() + b"\n"
    placed = {}
    for number, (name, content) in enumerate(contents.items()):
        placed[name] = work / f"small-{number}"
        placed[name].write_bytes(content)
    return placed


def _read_again(path: Path) -> None:
    """Out of the disk, if the system lets us; a backup that is not what was written is worse than none."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
    try:
        check_archive(path)
    except BackupError:
        path.unlink()
        raise


def _check_room(folder: Path, sources: Sources) -> None:
    """The copy, the archive (at worst as large), and something to spare."""
    if not sources.database.is_file():
        raise BackupError(f"there is no database {sources.database}; start the appliance once")
    log = Path(f"{sources.database}-wal")
    database = sources.database.stat().st_size + (log.stat().st_size if log.exists() else 0)
    needed = 2 * database + sum(path.stat().st_size for path in sources.media().values()) + SPARE
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackupError(
            f"too little room for a backup: {free // MEBIBYTE} MiB are free, {needed // MEBIBYTE + 1} MiB are needed"
        )


def _free_moment(store: Store) -> datetime:
    """Now, in whole seconds; the second after the newest backup if that one was made just now."""
    moment, newest = utc_now().replace(microsecond=0), store.newest()
    if newest is not None and timedelta(0) <= newest.created - moment < JUST_NOW:
        return newest.created + timedelta(seconds=1)
    return moment


def is_clock_right(store: Store, now: datetime) -> bool:
    """Whether the clock can be right: not before this program was made, nor before the newest backup."""
    newest = store.newest()
    made = (PROJECT_ROOT / "app" / "backup" / "making.py").stat().st_mtime
    return now.timestamp() >= made and (newest is None or newest.created <= now)


def _note_failure(store: Store, error: Exception) -> None:
    try:
        store.note("failed", at=utc_now().isoformat(), error=str(error))
    except OSError:
        # No room even for the note; whoever started us tells of the error itself.
        return


def count_rows(database: Path) -> dict[str, int]:
    """How many rows each table has."""
    with opened_for_reading(database) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        names = sorted(name for (name,) in tables.fetchall())
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608  names of our own tables


def _revision_of(database: Path) -> str:
    with opened_for_reading(database) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None:
        raise BackupError("the database has no tables yet; start the appliance once")
    return str(row[0])


def fingerprint(sources: Sources) -> str:
    """Something that changes whenever what a backup holds changes; empty while files are too fresh to tell."""
    paths = [sources.database, Path(f"{sources.database}-wal"), *sources.media().values()]
    states = [(path.relative_to(sources.data_dir), path.stat()) for path in paths if path.exists()]
    # Whoever reads makes an empty log.
    states = [(name, state) for name, state in states if state.st_size]
    if any(time.time() - state.st_mtime < SETTLED.total_seconds() for _, state in states):
        return ""
    described = [f"{name} {state.st_size} {state.st_mtime_ns}" for name, state in states]
    return sha256("\n".join([*described, sources.version, sources.secret_key]).encode()).hexdigest()


def is_unchanged(store: Store, sources: Sources) -> bool:
    """Whether nothing has changed since the newest backup, which is still there."""
    made, newest = store.status().get("made", {}), store.newest()
    if newest is None or newest.path.name != made.get("name"):
        return False
    return bool(made.get("fingerprint")) and made["fingerprint"] == fingerprint(sources)
