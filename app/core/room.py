"""Room on the disk: what is new is refused before the last of it is used up, so that deleting still works.

Deleting needs room first, for the log and for the index. A file that is good for nothing else keeps some, should
somebody else fill the disk to its last byte.
"""

from __future__ import annotations

import logging
import os
import shutil
from contextlib import suppress
from pathlib import Path

from .errors import StorageFull

logger = logging.getLogger(__name__)
MEBIBYTE = 2**20
BALLAST, BALLAST_BYTES = ".ballast", 8 * MEBIBYTE
# With less than this nothing new is taken; the ballast alone must not seem to be room.
ROOM_FOR_NEW = 2 * BALLAST_BYTES
# Nobody who has little is to have less by our keeping some.
ROOM_FOR_BALLAST = 64 * MEBIBYTE
_folder: dict[str, Path] = {}


def use_folder(data_dir: Path) -> None:
    """Look after the disk of this folder."""
    _folder["data"] = data_dir


def require_room() -> None:
    """Raise StorageFull if there is too little room for something new."""
    folder = _folder.get("data")
    if folder is not None and _free(folder) < ROOM_FOR_NEW:
        raise StorageFull


def give_up_ballast() -> None:
    """Make what is kept for it available to somebody who deletes, or logs in to do so, if there is no other room."""
    folder = _folder.get("data")
    if folder is None or _free(folder) >= BALLAST_BYTES:
        return
    with suppress(OSError):
        (folder / BALLAST).unlink()
        logger.warning("the disk is full; what was kept for deleting is now used")


def keep_ballast(folder: Path) -> None:
    """Set room aside, again or for the first time, where there is plenty. Hardly anything is written for it."""
    ballast = folder / BALLAST
    if ballast.exists() or _free(folder) < ROOM_FOR_BALLAST:
        return
    with suppress(OSError):
        descriptor = os.open(ballast, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, BALLAST_BYTES)
        except OSError:
            ballast.unlink()
        finally:
            os.close(descriptor)


def _free(folder: Path) -> int:
    """Bytes that our user may still use; plenty where that cannot be told, for the write itself will tell."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return ROOM_FOR_BALLAST
