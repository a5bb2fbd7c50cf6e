"""gunicorn with our settings and a plain application, as a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from processes import LIMIT_SECONDS, end, eventually
from running import port_of_nobody

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Server:
    """A server that listens."""

    port: int
    process: subprocess.Popen[bytes]

    def connect(self, said: bytes = b"", *, small: bool = False) -> socket.socket:
        """A connection on which this was said; with a small window if it shall not take much."""
        connection = socket.socket()
        if small:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(LIMIT_SECONDS)
        connection.connect(("127.0.0.1", self.port))
        connection.sendall(said)
        return connection

    def ask(self, request: bytes) -> bytes:
        """Everything that comes back until the other side hangs up."""
        with self.connect(request) as connection:
            return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    pieces = []
    while piece := connection.recv(2**20):
        pieces.append(piece)
    return b"".join(pieces)


@contextmanager
def serving(folder: Path, **limits: float) -> Iterator[Server]:
    """The server, with some of its limits changed: `connection_GRACE_SECONDS=1` is GRACE_SECONDS in connection.py."""
    lines = [f"exec(open({str(ROOT / 'deploy' / 'gunicorn.conf.py')!r}).read())"]
    for name, value in limits.items():
        module, _, constant = name.partition("_")
        lines.append(f"import app.webserver.{module}; app.webserver.{module}.{constant} = {value}")
    configuration = folder / "gunicorn.conf.py"
    configuration.write_text("\n".join(lines))
    port = port_of_nobody()
    environment = os.environ | {
        "PORT": str(port),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)]),
        "PYTHONWARNINGS": "error",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", configuration, "plain_application:application"],
        cwd=ROOT, env=environment,
    )  # fmt: skip
    try:
        eventually(lambda: _listens(port))
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(LIMIT_SECONDS)
        end(process)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
