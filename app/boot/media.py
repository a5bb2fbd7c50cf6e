"""Prepare the folder of files that Nginx may send, and move exports of older versions into it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from ..core.config import Settings

# Nginx runs as another user, with this one's group (compose.yaml); everybody else is kept out.
SHARED_FOLDER, SHARED_FILE = 0o750, 0o640
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


def prepare_media(settings: Settings) -> None:
    """Make the folder of exports and move those into it that are elsewhere in the data folder.

    Calling it twice is harmless. Not worth refusing to start if it fails: an export can be asked for again.
    """
    folder = settings.exports_dir
    former = [path for path in former_folders(settings) if path.is_dir()]
    if not former and settings.media_folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(SHARED_FOLDER if settings.accel_redirect else PRIVATE_FOLDER)
        for each in former:
            _empty(each, folder)
        for path in folder.glob("*.zip"):
            path.chmod(SHARED_FILE if settings.accel_redirect else PRIVATE_FILE)
    except OSError as error:
        _log(f"cannot move exports to {folder}: {error}. They are moved by the next start")


def former_folders(settings: Settings) -> list[Path]:
    """Return where exports were in older versions, or before MICROBLOG_MEDIA_DIR was set."""
    folders = [settings.data_dir / "exports", settings.data_dir / "media" / "exports"]
    return [folder for folder in folders if folder != settings.exports_dir]


def _empty(former: Path, folder: Path) -> None:
    if former.is_mount():
        # Shared by several machines, and not this one's to take away.
        _log(f"{former} is not used: exports are in {folder}. Mount the shared folder at {folder.parent}")
        return
    for path in sorted(former.iterdir()):
        _move(path, folder)
    former.rmdir()


def _log(text: str) -> None:
    print(f"microblog: {text}.", file=sys.stderr, flush=True)


def _move(path: Path, folder: Path) -> None:
    """Move a finished export, maybe to another volume; the worker removes what a kill leaves half copied."""
    if path.suffix == ".zip" and not (folder / path.name).exists():
        draft = folder / f"{path.stem}.partial"
        shutil.copyfile(path, draft)
        with draft.open("rb") as copied:
            os.fsync(copied.fileno())
        draft.rename(folder / path.name)
    path.unlink()
