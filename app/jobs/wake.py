"""Wakes the worker the moment that work is written, so that it need not poll."""

from __future__ import annotations

import contextlib
import os
import select
from pathlib import Path

_pipe: dict[str, Path] = {}


def use_pipe(run_dir: Path) -> None:
    """Use the named pipe in `run_dir`, made by the worker; without one, work waits for the worker's next look."""
    _pipe["path"] = run_dir / "wake"


def wake_worker() -> None:
    """Tell the worker that there is work; silently nothing if no worker listens, for it looks when it starts."""
    path = _pipe.get("path")
    if path is None:
        return
    with contextlib.suppress(OSError):
        # Non-blocking: without a reader the open fails; with a full pipe the write does, but then the worker is awake.
        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(descriptor, b".")
        finally:
            os.close(descriptor)


class Listener:
    """The worker's end of the pipe."""

    def __init__(self, run_dir: Path) -> None:
        path = run_dir / "wake"
        with contextlib.suppress(FileExistsError):
            os.mkfifo(path, 0o600)
        # Read and write: with a writer of our own the pipe never reports its end when a web process closes it.
        self._descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def wait(self, seconds: float) -> None:
        """Return when woken, or after `seconds`."""
        ready, _, _ = select.select([self._descriptor], [], [], max(0.0, seconds))
        if ready:
            with contextlib.suppress(BlockingIOError):
                while os.read(self._descriptor, 4096):
                    pass
