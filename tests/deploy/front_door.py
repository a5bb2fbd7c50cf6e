"""This machine's Nginx with the appliance's own configuration, rendered for folders and ports of a test."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlencode

from processes import end

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    text: str


class FrontDoor:
    """A running Nginx."""

    def __init__(self, ports: list[int], authority: Path, pid: int) -> None:
        self.http_port, self.https_port, self.application_port = ports
        self.pid = pid
        self._trust = ssl.create_default_context(cafile=str(authority))

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, source: str = "127.0.0.1", **headers: str
    ) -> Answer:
        """What comes back; `source` is which of this machine's many loopback addresses asks."""
        connection = http.client.HTTPSConnection(
            "localhost", self.https_port, context=self._trust, source_address=(source, 0), timeout=60
        )
        return answer(connection, path, method, body, {name.replace("_", "-"): text for name, text in headers.items()})

    def send(self, path: str, form: Mapping[str, str], cookies: str) -> Answer:
        """What a form gets that is sent from the page at the same address."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies}
        connection = http.client.HTTPSConnection("localhost", self.https_port, context=self._trust, timeout=60)
        return answer(connection, path, "POST", urlencode(form).encode(), headers)

    def ask_http(
        self, path: str, port: int = 0, host: str = "", method: str = "GET", body: bytes | None = None,
        source: str = "127.0.0.1", **headers: str,
    ) -> Answer:  # fmt: skip
        """What comes back without https."""
        connection = http.client.HTTPConnection(
            "localhost", port or self.http_port, source_address=(source, 0), timeout=60
        )
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return answer(connection, path, method, body, named | ({"Host": host} if host else {}))

    def connect(self, source: str = "127.0.0.1") -> ssl.SSLSocket:
        """A connection on which a test may say whatever it likes."""
        plain = socket.create_connection(("127.0.0.1", self.https_port), timeout=60, source_address=(source, 0))
        return self._trust.wrap_socket(plain, server_hostname="localhost")


def answer(
    connection: http.client.HTTPConnection, path: str, method: str = "GET", body: bytes | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Answer:  # fmt: skip
    """Ask, read to the end, hang up."""
    with closing(connection):
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read().decode(errors="replace"))


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def render(folder: Path, ports: list[int], **settings: str) -> Path:
    """What the container's entrypoint does, for this machine: other folders, other ports."""
    http_port, https_port, application_port = ports
    environment = {
        **os.environ,
        "RUN_DIR": str(folder),
        "TLS_DIR": str(folder / "tls"),
        "MEDIA_DIR": str(folder / "data" / "media"),
        "TMPDIR": str(folder),
        "ACCESS_LOG": str(folder / "access.log"),
        "APPLICATION": f"127.0.0.1:{application_port}",
        "MICROBLOG_HTTPS_PORT": f"127.0.0.1:{https_port}",
        **settings,
    }
    for script in ("certificates.sh", "configure.sh"):
        subprocess.run(["sh", ROOT / "nginx" / script], env=environment, check=True, capture_output=True)
    configuration = folder / "nginx.conf"
    text = configuration.read_text()
    assert "@" not in text, "every placeholder has its value"
    configuration.write_text(
        re.sub(r"listen \[::\].*\n", "", text)
        .replace("listen 8080", f"listen 127.0.0.1:{http_port}")
        .replace("listen 8443", f"listen 127.0.0.1:{https_port}")
    )
    return configuration


def nginx(configuration: Path) -> list[str]:
    """The command that runs it in the foreground."""
    # as root, Nginx would give its worker to a user who cannot read the test's folder
    user = "user root; " if os.getuid() == 0 else ""
    return [shutil.which("nginx") or "nginx", "-e", "stderr", "-c", str(configuration), "-g", f"{user}daemon off;"]


@contextmanager
def opened(folder: Path, ports: list[int], configuration: Path) -> Iterator[FrontDoor]:
    """Nginx runs with this configuration."""
    with (folder / "nginx.log").open("ab") as log:
        process = subprocess.Popen(nginx(configuration), stderr=log)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", ports[0])) == 0:
                    break
            time.sleep(0.1)
        yield FrontDoor(ports, folder / "tls" / "ca" / "ca.crt", process.pid)
    finally:
        process.terminate()
        process.wait(30)
        end(process)


class StandIn(BaseHTTPRequestHandler):
    """Answers what the path asks for, and tells which headers it saw."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        status = int(self.path.removeprefix("/status/")) if self.path.startswith("/status/") else 200
        body = "".join(f"{name}: {value}\n" for name, value in self.headers.items()).encode() + b"x" * 2000
        self.send_response(status)
        self.send_header("Content-Type", "text/css" if self.path.endswith(".css") else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def standing_in(port: int) -> Iterator[None]:
    """The stand-in for the application is there."""
    server = ThreadingHTTPServer(("127.0.0.1", port), StandIn)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()
