"""Puts a backup in the place of the data, with a journal, so that an interruption at any moment does no harm.

Everything is unpacked and proved beside the data first. The folder `.restoring` then appears by one rename, and with it
the restore is decided: whoever comes next, a second run or the next start, goes on where the journal says. The data of
before is moved aside and stays there; nothing of it is removed. If the new cannot be used, the old is moved back.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NoReturn

from ..core.schema import known_revisions
from ..core.time import utc_now
from .archive import extract, read_manifest
from .making import MEBIBYTE, SPARE, count_rows
from .manifest import DATABASE, MEDIA, SECRET_KEY, STAMP, Manifest
from .snapshot import BackupError, sync, verify

RESTORING, JOURNAL, INCOMING = ".restoring", "journal.json", "incoming"
ASIDE, PLACE, PROVE, UNDO = "aside", "place", "prove", "undo"
SIDE_FILES = tuple(f"{DATABASE}-{suffix}" for suffix in ("wal", "shm", "journal"))
# Files of exports belong to rows of the old database. The database itself is placed last.
REPLACED = ("exports", MEDIA, SECRET_KEY, *SIDE_FILES, DATABASE)
# Made anew by the worker.
DISPOSABLE = "search"


@dataclass(frozen=True)
class Journal:
    """How far a restore has come: `had` was there before, `aside` is the folder that it went to."""

    phase: str
    archive: str
    aside: str
    had: list[str]
    rows: dict[str, int]


def prepare(archive: Path, work: Path) -> Manifest:
    """Unpack a backup into the folder `work` and prove it, with the data untouched; raises BackupError if it is bad."""
    manifest = read_manifest(archive)
    check_usable(manifest)
    free = shutil.disk_usage(work).free
    if free < manifest.size + SPARE:
        needed = (manifest.size + SPARE) // MEBIBYTE + 1
        raise BackupError(f"too little room to unpack the backup: {free // MEBIBYTE} MiB are free, {needed} are needed")
    incoming = work / RESTORING / INCOMING
    incoming.mkdir(mode=0o700, parents=True)
    extract(archive, incoming)
    verify(incoming / DATABASE)
    _compare(incoming / DATABASE, manifest.rows)
    return manifest


def check_usable(manifest: Manifest) -> None:
    """Raise BackupError if the backup is of a later version than this program."""
    if manifest.revision not in known_revisions():
        raise BackupError(
            f"the backup was made by Microblog {manifest.version}, whose data this version cannot read; "
            f"use version {manifest.version} or a later one. Nothing was changed"
        )


def decide(archive: str, manifest: Manifest, work: Path, data_dir: Path) -> None:
    """From here on the prepared backup takes the place of the data, whatever happens; nobody may have the data open."""
    folder = work / RESTORING
    had = _present(data_dir, folder / INCOMING)
    _write(folder, Journal(ASIDE, archive, _folder_for_old(data_dir), had, manifest.rows))
    folder.rename(data_dir / RESTORING)
    sync(data_dir)


def _folder_for_old(data_dir: Path) -> str:
    name = f"before-restore-{utc_now().strftime(STAMP)}"
    number = 1
    while (data_dir / name).exists():
        number += 1
        name = f"{name.partition('Z')[0]}Z-{number}"
    return name


def _present(data_dir: Path, incoming: Path) -> list[str]:
    """What is there and has to go aside; the secret key only if the backup brings one."""
    names = [name for name in REPLACED if os.path.lexists(data_dir / name)]
    return [name for name in names if name != SECRET_KEY or (incoming / SECRET_KEY).exists()]


class Restore:
    """A restore that was decided; every method may be interrupted and called again."""

    def __init__(self, data_dir: Path) -> None:
        self._data = data_dir
        self._folder = data_dir / RESTORING
        self._incoming = self._folder / INCOMING

    @property
    def is_pending(self) -> bool:
        """Whether there is one that is not finished."""
        return self._folder.exists()

    @property
    def journal(self) -> Journal:
        """How far it has come."""
        return _read(self._folder)

    def forward(self) -> None:
        """Put the new data in place, or go on doing so; it is proved then. Finishes an undoing that was begun."""
        if self.journal.phase == UNDO:
            self.undo("it was being undone")
        if self.journal.phase == ASIDE:
            self._set_aside()
        if self.journal.phase == PLACE:
            self._place()

    def _set_aside(self) -> None:
        aside = self._data / self.journal.aside
        aside.mkdir(mode=0o700, exist_ok=True)
        for name in self.journal.had:
            if os.path.lexists(self._data / name):
                (self._data / name).rename(aside / name)
        sync(aside)
        sync(self._data)
        self._enter(PLACE)

    def _place(self) -> None:
        shutil.rmtree(self._data / DISPOSABLE, ignore_errors=True)
        for name in REPLACED:
            if (self._incoming / name).exists():
                (self._incoming / name).rename(self._data / name)
        sync(self._data)
        try:
            _compare(self._data / DATABASE, self.journal.rows)
        except BackupError as error:
            self.undo(str(error))
        self._enter(PROVE)

    def undo(self, why: str) -> NoReturn:
        """Move the old data back, then raise BackupError that says so."""
        self._enter(UNDO)
        journal = self.journal
        aside = self._data / journal.aside
        shutil.rmtree(self._data / DISPOSABLE, ignore_errors=True)
        for name in REPLACED:
            kept = aside / name
            # What was there before and is not aside any more was moved back already.
            if os.path.lexists(kept):
                _remove(self._data / name)
                kept.rename(self._data / name)
            elif name not in journal.had and name in (MEDIA, *SIDE_FILES, DATABASE):
                _remove(self._data / name)
        sync(self._data)
        if aside.exists():
            aside.rmdir()
        self._end()
        raise BackupError(f"{journal.archive} was not restored ({why}); the data is as it was before")

    def finish(self) -> str:
        """The new data is proved; what to tell about it."""
        journal = self.journal
        differences = _differences(count_rows(self._data / DATABASE), journal.rows)
        aside = self._data / journal.aside
        if not journal.had and aside.exists():
            aside.rmdir()
        self._end()
        told = "as many rows in every table as the backup has" if not differences else f"rows: {', '.join(differences)}"
        kept = f"; the data of before is in {aside}" if journal.had else ""
        return f"restored {journal.archive}: {sum(journal.rows.values())} rows, {told}{kept}"

    def _enter(self, phase: str) -> None:
        _write(self._folder, replace(self.journal, phase=phase))

    def _end(self) -> None:
        """By a rename, so that there is never a half of it."""
        gone = self._data / f"{RESTORING}-over"
        _remove(gone)
        self._folder.rename(gone)
        sync(self._data)
        _remove(gone)


# Written by the program itself as soon as it starts.
OWN_TABLES = frozenset({"fact", "job", "alembic_version"})


def _differences(found: dict[str, int], expected: dict[str, int]) -> list[str]:
    """Tables that have another number of rows; those that only one side has are left out."""
    tables = sorted(expected.keys() & found.keys() - OWN_TABLES)
    return [f"{name} {found[name]} instead of {expected[name]}" for name in tables if found[name] != expected[name]]


def _compare(database: Path, rows: dict[str, int]) -> None:
    found = count_rows(database)
    if found != rows:
        told = ", ".join(_differences(found, rows)) or "other tables"
        raise BackupError(f"the database does not have the rows that the manifest names ({told})")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _read(folder: Path) -> Journal:
    try:
        return Journal(**json.loads((folder / JOURNAL).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(f"the journal {folder / JOURNAL} cannot be read ({error})") from error


def _write(folder: Path, journal: Journal) -> None:
    draft = folder / f"{JOURNAL}.new"
    with draft.open("w") as file:
        json.dump(asdict(journal), file)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / JOURNAL)
    sync(folder)
