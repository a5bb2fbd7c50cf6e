"""What processes leave for each other in the run directory, in memory where possible: signs of life, small notes."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path


def beat(run_dir: Path) -> None:
    """Note that the worker is alive."""
    (run_dir / "worker-heartbeat").touch(mode=0o600)


def note_start(run_dir: Path) -> bool:
    """Note which process started this one; whether that is a new start of the appliance.

    When a program ends and is started again, its parent stays the same process.
    """
    parent = f"{os.getppid()} {_started_at(os.getppid())}"
    path = run_dir / "worker-parent"
    with suppress(OSError):
        if path.read_text(encoding="ascii") == parent:
            return False
    leave_note(run_dir, "worker-parent", parent)
    return True


def _started_at(process: int) -> str:
    """Return when a process started, in the kernel's ticks; its number alone may be used again."""
    with suppress(OSError, IndexError):
        # The name, in brackets, may hold blanks.
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        return status.rpartition(")")[2].split()[19]
    return ""


def leave_note(run_dir: Path, name: str, text: str) -> None:
    """Put a text there in place of the one before; whoever reads it meanwhile gets either, and whole."""
    draft = run_dir / f"{name}.new"
    draft.write_text(text, encoding="utf-8")
    draft.rename(run_dir / name)


def heartbeat_age(run_dir: Path) -> float | None:
    """Seconds since the worker last gave a sign of life, None if it never did."""
    try:
        return max(0.0, time.time() - (run_dir / "worker-heartbeat").stat().st_mtime)
    except OSError:
        return None
