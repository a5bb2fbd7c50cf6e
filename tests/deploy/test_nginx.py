"""The rendered Nginx configuration, run by this machine's Nginx in front of a stand-in for the application."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType

import pytest

NEEDS = ("nginx", "openssl")


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

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    text: str


class FrontDoor:
    """A running Nginx."""

    def __init__(self, ports: list[int], authority: Path) -> None:
        self.http_port, self.https_port, self.application_port = ports
        self._trust = ssl.create_default_context(cafile=str(authority))

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPSConnection("localhost", self.https_port, context=self._trust)
        return answer(connection, path, method, body, {name.replace("_", "-"): text for name, text in headers.items()})

    def ask_http(self, path: str, port: int = 0) -> Answer:
        return answer(http.client.HTTPConnection("localhost", port or self.http_port), path)


def answer(
    connection: http.client.HTTPConnection, path: str, method: str = "GET", body: bytes | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Answer:  # fmt: skip
    with closing(connection):
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read().decode(errors="replace"))


def free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def render(root: Path, folder: Path, ports: list[int]) -> Path:
    """What the container's entrypoint does, for this machine: other folders, other ports."""
    http_port, https_port, application_port = ports
    environment = {
        **os.environ,
        "RUN_DIR": str(folder),
        "TLS_DIR": str(folder / "tls"),
        "TMPDIR": str(folder),
        "ACCESS_LOG": str(folder / "access.log"),
        "APPLICATION": f"127.0.0.1:{application_port}",
        "MICROBLOG_HTTPS_PORT": f"127.0.0.1:{https_port}",
    }
    for script in ("certificates.sh", "configure.sh"):
        subprocess.run(["sh", root / "nginx" / script], env=environment, check=True, capture_output=True)
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
    # as root, Nginx would give its worker to a user who cannot read the test's folder
    user = "user root; " if os.getuid() == 0 else ""
    return [shutil.which("nginx") or "nginx", "-e", "stderr", "-c", str(configuration), "-g", f"{user}daemon off;"]


@pytest.fixture(scope="module")
def front_door(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDoor]:
    for tool in NEEDS:
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    folder = tmp_path_factory.mktemp("nginx")
    (folder / "tls").mkdir()
    ports = free_ports(3)
    configuration = render(root, folder, ports)
    process = subprocess.Popen(nginx(configuration))
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", ports[1])) == 0:
                break
        time.sleep(0.1)
    yield FrontDoor(ports, folder / "tls" / "ca" / "ca.crt")
    process.terminate()
    process.wait()


@pytest.fixture
def application(front_door: FrontDoor) -> Iterator[None]:
    """The stand-in for the application is there."""
    server = ThreadingHTTPServer(("127.0.0.1", front_door.application_port), StandIn)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_rendered_configuration_is_valid(root: Path, tmp_path: Path) -> None:
    (tmp_path / "tls").mkdir()
    check = subprocess.run(
        [*nginx(render(root, tmp_path, free_ports(3))), "-t"], capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stderr
    assert "[warn]" not in check.stderr


def test_http_leads_to_the_same_address_on_the_https_port(front_door: FrontDoor) -> None:
    response = front_door.ask_http("/user/alice?page=2")
    assert response.status == 308
    assert response.headers["Location"] == f"https://localhost:{front_door.https_port}/user/alice?page=2"
    assert response.headers["Cache-Control"] == "no-store"


def test_http_spoken_to_the_https_port_is_led_to_https(front_door: FrontDoor) -> None:
    response = front_door.ask_http("/explore", port=front_door.https_port)
    assert response.status == 308
    assert response.headers["Location"] == f"https://localhost:{front_door.https_port}/explore"


def test_the_authority_is_offered_over_http(front_door: FrontDoor) -> None:
    response = front_door.ask_http("/ca.crt")
    assert response.status == 200
    assert response.headers["Content-Type"] == "application/x-x509-ca-cert"
    assert "BEGIN CERTIFICATE" in response.text


@pytest.mark.usefixtures("application")
def test_forwarding_headers_of_a_client_are_overwritten(front_door: FrontDoor) -> None:
    response = front_door.ask(
        "/", X_Forwarded_For="1.2.3.4", X_Forwarded_Proto="http", X_Forwarded_Host="evil.example",
        Forwarded="for=1.2.3.4", X_Forwarded_Prefix="/evil", X_Forwarded_Port="1", X_Real_IP="1.2.3.4", Proxy="http://evil.example",
    )  # fmt: skip
    assert "1.2.3.4" not in response.text
    assert "evil" not in response.text
    assert "X-Forwarded-For: 127.0.0.1\n" in response.text
    assert "X-Forwarded-Proto: https\n" in response.text
    assert f"\nHost: localhost:{front_door.https_port}\n" in "\n" + response.text


@pytest.mark.usefixtures("application")
@pytest.mark.parametrize("status", [400, 404, 413, 500, 502, 503, 504])
def test_the_applications_own_errors_pass_untouched(front_door: FrontDoor, status: int) -> None:
    response = front_door.ask(f"/status/{status}")
    assert response.status == status
    assert "xxxx" in response.text


@pytest.mark.usefixtures("application")
def test_what_is_public_is_compressed_and_what_is_private_is_not(front_door: FrontDoor) -> None:
    for path in ("/static/site.css", "/bootstrap/static/site.css"):
        assert front_door.ask(path, Accept_Encoding="gzip").headers["Content-Encoding"] == "gzip"
    assert front_door.ask("/", Accept_Encoding="gzip").headers["Content-Encoding"] is None


@pytest.mark.usefixtures("application")
def test_only_the_sign_of_life_is_public(front_door: FrontDoor) -> None:
    assert front_door.ask("/livez").status == 200
    for path in ("/readyz", "/metrics", "/_nginx/starting.html"):
        response = front_door.ask(path)
        assert response.status == 404
        assert "<h1>There is nothing here</h1>" in response.text


def test_an_absent_application_gives_a_page_that_comes_back_by_itself(front_door: FrontDoor) -> None:
    for path in ("/", "/static/site.css", "/livez"):
        response = front_door.ask(path)
        assert response.status == 503
        assert response.headers["Retry-After"] == "5"
        assert response.headers["Cache-Control"] == "no-store"
        assert '<meta http-equiv="refresh" content="3">' in response.text
    assert front_door.ask("/_nginx/page.css").headers["Content-Type"] == "text/css"


def test_what_was_sent_to_an_absent_application_is_not_silently_lost(front_door: FrontDoor) -> None:
    response = front_door.ask("/", "POST", b"post=hello")
    assert response.status == 503
    assert "<h1>That was not sent</h1>" in response.text
    assert "refresh" not in response.text


@pytest.mark.usefixtures("application")
def test_oversized_requests_get_a_page_that_says_so(front_door: FrontDoor) -> None:
    body = front_door.ask("/", "POST", Content_Length=str(3 * 2**20))
    assert body.status == 413
    assert "<h1>That is too big</h1>" in body.text
    for response in (front_door.ask("/" + "a" * 10_000), front_door.ask("/" + "a" * 40_000)):
        assert response.status == 414
        assert "<h1>That request cannot be read</h1>" in response.text
    cookie = front_door.ask("/", Cookie="a" * 40_000)
    assert cookie.status == 400
    assert "<h1>That request cannot be read</h1>" in cookie.text


def test_programs_are_told_as_json(front_door: FrontDoor) -> None:
    absent = [front_door.ask("/api/users"), front_door.ask("/api/posts?page=2", "POST", b"{}"), front_door.ask("/api")]
    for response in absent:
        assert (response.status, response.headers["Retry-After"]) == (503, "5")
        assert json.loads(response.text)["error"] == "Service Unavailable"
    others = [
        front_door.ask("/api/posts", "POST", Content_Length=str(3 * 2**20)),
        front_door.ask("/api/" + "a" * 10_000),
        front_door.ask("/api/users", Cookie="a" * 40_000),
    ]
    assert [(each.status, json.loads(each.text)["error"]) for each in others] == [
        (413, "Request Entity Too Large"), (414, "Request URI Too Long"), (400, "Bad Request"),
    ]  # fmt: skip
    for response in [*absent, *others]:
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Cache-Control"] == "no-store"
    assert "<h1>" in front_door.ask("/apiary").text, "which is not of the API"


def test_only_failures_are_logged_and_without_the_query(
    front_door: FrontDoor, tmp_path_factory: pytest.TempPathFactory
) -> None:
    front_door.ask_http("/quiet?q=secret")
    front_door.ask("/readyz?q=secret")
    file = next(tmp_path_factory.getbasetemp().glob("nginx*/access.log"))
    # Nginx answers first and writes then.
    for _ in range(200):
        if '"path":"/readyz"' in (log := file.read_text()):
            break
        time.sleep(0.05)
    assert '"status":404' in log
    assert '"status":308' not in log
    assert "secret" not in log
