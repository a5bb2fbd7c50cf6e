"""The whole appliance as `make run` leaves it: boot, supervisord, web and worker."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from processes import LIMIT_SECONDS, eventually
from whole import children, name_of

from app.core.config import PROJECT_ROOT


@dataclass(frozen=True)
class Running:
    """An appliance that answers at `address`."""

    address: str
    log: Path

    @property
    def setup_code(self) -> str:
        """The one-time code that the start printed."""
        found = re.search(r"Setup code: (\S+)", self.log.read_text())
        assert found, self.log.read_text()
        return found[1]

    @contextmanager
    def worker_held(self) -> Iterator[None]:
        """Its worker stands still for a while, so that what waits for it can be looked at."""
        supervisor = int((self.log.parent / "run" / "supervisord.pid").read_text())
        (worker,) = (each for each in children(supervisor) if name_of(each) == "blog-worker")
        os.kill(worker, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(worker, signal.SIGCONT)


def port_of_nobody() -> int:
    """A free port, also for fixtures that live longer than a test."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(folder: Path, port: int, **settings: str) -> Iterator[Running]:
    """Start an appliance with everything it keeps in `folder`, and with these settings; it is gone afterwards."""
    appliance = Running(f"http://127.0.0.1:{port}", folder / "log")
    environment = os.environ | {
        "PORT": str(port),
        "MICROBLOG_DATA_DIR": str(folder / "data"),
        "MICROBLOG_RUN_DIR": str(folder / "run"),
        **settings,
    }
    # Appended to, because supervisord opens it once more for each of its programs.
    with appliance.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.boot"], cwd=PROJECT_ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        eventually(lambda: process.poll() is not None or _answers(appliance.address))
        assert process.poll() is None, appliance.log.read_text()
        yield appliance
    finally:
        process.terminate()
        try:
            process.wait(LIMIT_SECONDS)
        finally:
            process.kill()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/setup", timeout=LIMIT_SECONDS) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
