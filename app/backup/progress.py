"""A backup that somebody asks for on a page: how the worker hears of it, and how far it is, told by its files."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from ..core.config import DATABASE_FILE
from .making import Sources
from .store import FOLDER, LOCK, WORK, Store

ASKED = "backup-asked"
# What each step of making one ends with, in hundredths; copying takes about as long as packing, and reading less.
COPIED, PACKED, ALMOST = 35, 80, 90
# The part of the data that an archive usually takes.
USUAL_PART = 0.4


def ask_for_backup(run_dir: Path) -> None:
    """Ask the worker to make one; doing it again changes nothing."""
    (run_dir / ASKED).touch(mode=0o600)


def is_asked(run_dir: Path) -> bool:
    """Whether one was asked for, and the worker has not seen its end."""
    return (run_dir / ASKED).exists()


def forget_request(run_dir: Path) -> None:
    """What was asked for has come to its end. Not earlier: a worker that is started anew meanwhile begins it again."""
    (run_dir / ASKED).unlink(missing_ok=True)


def is_awaited(run_dir: Path, store: Store) -> bool:
    """Whether one was asked for of which there is nothing to be seen yet."""
    try:
        asked = (run_dir / ASKED).stat().st_mtime_ns
    except FileNotFoundError:
        return False
    newest = store.newest()
    return newest is None or newest.path.stat().st_mtime_ns < asked


def progress(data_dir: Path) -> int | None:
    """About how much of a backup is made, in hundredths; None while none is being made. Only looks."""
    folder = data_dir / FOLDER
    work = next(iter(sorted(folder.glob(f"{WORK}*"), key=str)), None)
    if work is None or not _is_locked(folder):
        return None
    with suppress(OSError):
        return _how_far(work, data_dir)
    # It has come to its end meanwhile.
    return ALMOST


def _is_locked(folder: Path) -> bool:
    """Whether somebody is at work, and the folder not left by somebody who was ended in the middle."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _how_far(work: Path, data_dir: Path) -> int | None:
    database = max(1, (data_dir / DATABASE_FILE).stat().st_size)
    partial, copied, draft = (
        work / name for name in (f"{Path(DATABASE_FILE).stem}.partial", DATABASE_FILE, "backup.tar.gz")
    )
    if partial.exists():
        return min(COPIED, COPIED * partial.stat().st_size // database)
    if draft.exists():
        media = sum(path.stat().st_size for path in Sources(data_dir, "").media().values())
        expected = max(1, int((database + media) * USUAL_PART))
        return min(PACKED, COPIED + (PACKED - COPIED) * draft.stat().st_size // expected)
    newest = Store(data_dir).newest()
    if newest is not None and newest.path.stat().st_mtime > work.stat().st_mtime - 1 and copied.exists():
        return ALMOST
    # Neither: a drill, or one that arrives from elsewhere.
    return COPIED if copied.exists() else None
