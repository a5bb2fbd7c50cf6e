"""How far a rebuild is: a small file in memory, so that following it writes nothing to the disk."""

from __future__ import annotations

import contextlib
from pathlib import Path

from ..core.state import leave_note

NAME = "search-progress"


def write_progress(run_dir: Path, done: int, total: int) -> None:
    """Note that so many of so many documents are done; of no great importance, so no error if it cannot be."""
    with contextlib.suppress(OSError):
        leave_note(run_dir, NAME, f"{done} {total}")


def end_progress(run_dir: Path) -> None:
    """No rebuild runs any more."""
    (run_dir / NAME).unlink(missing_ok=True)


def read_progress(run_dir: Path) -> tuple[int, int] | None:
    """How many of how many documents are done, None if no rebuild runs."""
    try:
        done, total = (run_dir / NAME).read_text(encoding="ascii").split()
        return int(done), int(total)
    except (OSError, ValueError):
        return None
