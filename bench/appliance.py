"""An appliance started for measuring, and what its processes take."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from types import TracebackType

START_SECONDS = 60
STOP_SECONDS = 20


class Appliance:
    """The real boot, supervisord, web and worker, on a free port of this machine, with its data in `folder`."""

    def __init__(self, folder: Path) -> None:
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
        }
        self.started_after = 0.0

    def __enter__(self) -> Appliance:
        begun = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.boot"], env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() - begun > START_SECONDS:
                self._process.kill()
                raise RuntimeError(self._log.read_text())
            time.sleep(0.05)
        self.started_after = time.monotonic() - begun
        time.sleep(2)
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

    def memory(self) -> int:
        """Sum of the proportional set sizes of all processes, in bytes."""
        return sum(_field(process, "smaps_rollup", "Pss:") * 1024 for process in self._processes())

    def bytes_written(self) -> int:
        """What all processes have sent to the disk so far, in bytes.

        What was written to files that were removed before it reached the disk does not count.
        """
        processes = self._processes()
        sent = sum(_field(process, "io", "write_bytes:") for process in processes)
        return sent - sum(_field(process, "io", "cancelled_write_bytes:") for process in processes)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/setup", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _processes(self) -> list[int]:
        found, fresh = [self._process.pid], [self._process.pid]
        while fresh:
            parents = " ".join(map(str, fresh))
            listing = subprocess.run(
                ["ps", "-o", "pid=", "--ppid", parents], capture_output=True, text=True, check=False
            )
            fresh = [int(each) for each in listing.stdout.split()]
            found += fresh
        return found


def _field(process: int, name: str, label: str) -> int:
    for line in Path(f"/proc/{process}/{name}").read_text().splitlines():
        if line.startswith(label):
            return int(line.split()[1])
    return 0
