"""What processes leave for each other in the run directory, in memory where possible: signs of life, small notes."""

from __future__ import annotations

import time
from pathlib import Path


def beat(run_dir: Path) -> None:
    """Note that the worker is alive."""
    (run_dir / "worker-heartbeat").touch(mode=0o600)


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
