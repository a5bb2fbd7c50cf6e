"""A machine for measuring, started without Docker."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from .tree import Tree

START_SECONDS = 120
STOP_SECONDS = 20


class Machine(Protocol):
    """A running appliance, wherever it runs; leaving it as a context ends it."""

    start_is: str
    address: str
    context: ssl.SSLContext | None
    started_after: float

    def __init__(self, folder: Path, **settings: Any) -> None:
        """With its data, or a database to begin with, in this folder."""

    def __enter__(self) -> Self:
        """Start it and wait for the first page."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it and remove what it left."""

    @property
    def setup_code(self) -> str:
        """The one-time code that the start printed."""

    @property
    def tree(self) -> Tree:
        """Its processes."""


def wait_for_first_page(
    begun: float, answers: Callable[[], bool], has_ended: Callable[[], bool], log: Callable[[], str]
) -> float:
    """The seconds from `begun` until it answers, after which it is left in peace for two; RuntimeError with the log if
    it does not.
    """
    while not answers():
        if has_ended() or time.monotonic() - begun > START_SECONDS:
            raise RuntimeError(log())
        time.sleep(0.05)
    taken = time.monotonic() - begun
    time.sleep(2)
    return taken


class Appliance:
    """The real boot, supervisord, web and worker, on a free port of this machine, with its data in `folder`."""

    start_is = "`make run` from the second time on, to the first page"
    context: ssl.SSLContext | None = None

    def __init__(self, folder: Path, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        # In memory, as by default, so that idling writes nothing; as is the log, which is not on the volume either.
        self._run_dir = Path(tempfile.mkdtemp(dir="/dev/shm", prefix="microblog-bench-"))
        self._log = self._run_dir / "log"
        self._environment = os.environ | {
            "PORT": str(port),
            "MICROBLOG_DATA_DIR": str(folder / "data"),
            "MICROBLOG_RUN_DIR": str(self._run_dir),
            "MALLOC_ARENA_MAX": "1",
            **settings,
        }
        self.started_after = 0.0

    def __enter__(self) -> Self:
        begun = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.boot"], env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            self.started_after = wait_for_first_page(
                begun, self._answers, lambda: self._process.poll() is not None, self._log.read_text
            )
        except RuntimeError:
            self._process.kill()
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(STOP_SECONDS)
        shutil.rmtree(self._run_dir, ignore_errors=True)

    @property
    def setup_code(self) -> str:
        """The one-time code that the start printed."""
        found = re.search(r"Setup code: (\S+)", self._log.read_text())
        if found is None:
            raise RuntimeError("no set-up code in the log")
        return found[1]

    @property
    def tree(self) -> Tree:
        """Its processes."""
        return Tree((self._process.pid,))

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/auth/login", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
