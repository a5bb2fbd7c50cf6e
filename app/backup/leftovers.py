"""What stays behind for a while: data of before a restore, copies of before an upgrade. Only people remove it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .restoring import Restore
from .snapshot import BackupError, sync
from .store import FOLDER, Store

DATA, COPIES = "before-restore-*", "pre-upgrade-*.db"


@dataclass(frozen=True)
class Leftover:
    """A folder with the data of before a restore, or a copy of the database of before an upgrade."""

    path: Path
    since: datetime
    size: int
    is_data: bool

    @property
    def name(self) -> str:
        """What it is asked for by."""
        return self.path.name


def leftovers(data_dir: Path) -> list[Leftover]:
    """All that there are, newest first."""
    folders = [path for path in data_dir.glob(DATA) if path.is_dir() and not path.is_symlink()]
    found = [_described(path, is_data=True) for path in folders]
    found += [_described(path, is_data=False) for path in (data_dir / FOLDER).glob(COPIES)]
    return sorted(found, key=lambda each: each.since, reverse=True)


def _described(path: Path, *, is_data: bool) -> Leftover:
    files = [each for each in path.rglob("*") if each.is_file() and not each.is_symlink()] if is_data else [path]
    moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Leftover(path, moment, sum(each.stat().st_size for each in files), is_data)


def find_leftover(data_dir: Path, name: str) -> Leftover:
    """The one of that name; raises BackupError if there is none."""
    for each in leftovers(data_dir):
        if each.name == name:
            return each
    raise BackupError(f"there is no {name}; `flask backup old` shows those that there are")


def remove_leftover(data_dir: Path, name: str) -> Leftover:
    """Remove one for good; raises BackupError if there is none, Occupied while a backup is made or restored."""
    with Store(data_dir).workspace():
        if Restore(data_dir).is_pending:
            raise BackupError("a restore is not finished; start the appliance first, which finishes it")
        found = find_leftover(data_dir, name)
        # Interrupted, what is left of it is still in the list.
        if found.is_data:
            shutil.rmtree(found.path)
        else:
            found.path.unlink()
        sync(found.path.parent)
    return found
