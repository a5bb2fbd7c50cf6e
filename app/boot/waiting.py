"""While the data is brought up to date, which can take minutes: tells the log, and whoever asks at /livez."""

from __future__ import annotations

import select
import socket
import time
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from ..core.config import Settings
from ..core.state import leave_note

# In the folder for what lasts as long as the process: the step that is being done.
STEP = "migrating"
LOOK_SECONDS = 0.2
LOG_SECONDS = 15.0
ASKING_SECONDS = 2


def note_step(run_dir: Path, step: str) -> None:
    """Say what is being done."""
    print(f"microblog: {step}", flush=True)
    leave_note(run_dir, STEP, step)


def wait_and_tell(settings: Settings, ended: int) -> None:
    """Wait until the file descriptor `ended` can be read; the port is ours only while a step has been noted."""
    step = settings.run_dir / STEP
    while not _readable(LOOK_SECONDS, ended):
        if step.exists():
            # Without the port it is only told less.
            with suppress(OSError):
                _tell(settings, step, ended)
            step.unlink(missing_ok=True)


def _readable(seconds: float, *files: int) -> list[int]:
    return select.select(files, [], [], seconds)[0]


def _tell(settings: Settings, step: Path, ended: int) -> None:
    begun = logged = time.monotonic()
    with _Server(settings, partial(_Answer, step, begun)) as server:
        while ended not in (ready := _readable(LOOK_SECONDS, ended, server.fileno())):
            if ready:
                server.handle_request()
            if time.monotonic() - logged > LOG_SECONDS:
                logged = time.monotonic()
                print(f"microblog: {told(step, begun)}", flush=True)


def told(step: Path, begun: float) -> str:
    """The step, and for how long all of it has taken."""
    return f"{step.read_text()}; {time.monotonic() - begun:.0f} s so far"


class _Server(HTTPServer):
    """On the address where the web server will be."""

    def __init__(self, settings: Settings, answer: partial[_Answer]) -> None:
        self.address_family = socket.AF_INET6 if ":" in settings.bind else socket.AF_INET
        self.timeout = 0
        super().__init__((settings.bind, settings.port), answer)

    def server_bind(self) -> None:
        """Without asking the name server what we are called, as the library's does."""
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = "localhost", self.server_address[1]


class _Answer(BaseHTTPRequestHandler):
    """Says how far it is at /livez; else hangs up, at which Nginx shows its page of a start."""

    timeout = ASKING_SECONDS

    def __init__(self, step: Path, begun: float, *request: object) -> None:
        self._told = told(step, begun)
        super().__init__(*request)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer."""
        if self.path != "/livez":
            return
        # The words after the number are for deploy/healthcheck.sh.
        self.send_response(503, "Migrating")
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Retry-After", "5")
        self.end_headers()
        self.wfile.write(f"{self._told}\n".encode())

    def log_message(self, *_: object) -> None:
        """Nothing: that somebody asks is no news."""
