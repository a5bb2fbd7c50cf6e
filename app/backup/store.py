"""The folder of backups: which there are, which may go, and what became of the last attempts."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .manifest import parse_name
from .retention import superfluous
from .snapshot import BackupError, sync

FOLDER, STATUS, LOCK, WORK = "backups", "status.json", ".lock", ".making-"


class Occupied(BackupError):
    """Another process makes or restores a backup at this moment."""


@dataclass(frozen=True)
class Backup:
    """A backup in the folder, as its name tells."""

    path: Path
    created: datetime
    version: str

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return self.path.stat().st_size


class Store:
    """The backups of the appliance whose data is in `data_dir`."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER

    def backups(self) -> list[Backup]:
        """All backups, newest first; other files in the folder are none of our business."""
        if not self.folder.is_dir():
            return []
        named = [(path, parse_name(path.name)) for path in self.folder.iterdir()]
        found = [Backup(path, *parsed) for path, parsed in named if parsed]
        return sorted(found, key=lambda backup: backup.created, reverse=True)

    def newest(self) -> Backup | None:
        """The newest backup, if there is one."""
        return next(iter(self.backups()), None)

    def find(self, name: str) -> Path:
        """The backup of that name, or at that path; raises BackupError if there is none."""
        for path in (self.folder / name, Path(name)):
            if path.is_file():
                return path
        raise BackupError(f"there is no backup {name}; `list` shows those that there are")

    def thin_out(self) -> list[str]:
        """Remove the backups that are superfluous; their names."""
        by_time = {backup.created: backup for backup in self.backups()}
        gone = [by_time[time].path for time in superfluous(by_time)]
        for path in gone:
            path.unlink()
        return [path.name for path in gone]

    @contextmanager
    def workspace(self, place: Path | None = None) -> Iterator[Path]:
        """A folder of ours alone, gone afterwards, in `place` or beside the backups.

        Raises Occupied if somebody is at work.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._remove_leftovers()
            work = (place or self.folder) / f"{WORK}{secrets.token_hex(4)}"
            work.mkdir(mode=0o700)
            try:
                yield work
            finally:
                shutil.rmtree(work, ignore_errors=True)
        except BlockingIOError as error:
            raise Occupied("a backup is being made or restored at this moment; try again when that is done") from error
        finally:
            os.close(descriptor)

    def _remove_leftovers(self) -> None:
        """What somebody left who was ended in the middle of it."""
        for folder in [*self.folder.glob(f"{WORK}*"), *self.folder.parent.glob(f"{WORK}*")]:
            shutil.rmtree(folder)

    def status(self) -> dict[str, Any]:
        """What was noted: the sections `made`, `failed` and `drill`, each with its time `at`."""
        with suppress(OSError, ValueError):
            noted = json.loads((self.folder / STATUS).read_text())
            if isinstance(noted, dict):
                return noted
        return {}

    def note(self, section: str, **values: Any) -> None:
        """Note a section anew, with the others left as they are; nothing as values removes it."""
        noted = self.status()
        noted.pop(section, None)
        if values:
            noted[section] = values
        draft = self.folder / f"{STATUS}.new"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(noted, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self.folder / STATUS)
        sync(self.folder)
