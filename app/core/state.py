"""Signs of life that processes leave for each other in the run directory, in memory where possible."""

from __future__ import annotations

import time
from pathlib import Path


def beat(run_dir: Path) -> None:
    """Note that the worker is alive."""
    (run_dir / "worker-heartbeat").touch(mode=0o600)


def heartbeat_age(run_dir: Path) -> float | None:
    """Seconds since the worker last gave a sign of life, None if it never did."""
    try:
        return max(0.0, time.time() - (run_dir / "worker-heartbeat").stat().st_mtime)
    except OSError:
        return None
