"""Attacks on the real Nginx with the real application behind it; the site stays up for others during each."""

from __future__ import annotations

import contextlib
import re
import resource
import socket
import ssl
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from front_door import FrontDoor
from running import Running
from set_up import SetUp

from app.core.config import PROJECT_ROOT
from app.web.static_files import StaticFiles

NEEDS = ("nginx", "openssl")
SLOW_CONNECTIONS = 300
IDLE_CONNECTIONS = 1000
BEGIN_FORM = b"POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nu"
PAGE = f"GET {StaticFiles().url('bootstrap.min.css')} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
NGINX_MEMORY = 64 * 2**20
OTHER = "127.0.0.9"


@pytest.fixture(scope="module")
def site(set_up: SetUp) -> FrontDoor:
    """Nginx with an appliance behind it."""
    return set_up.door


@pytest.fixture(scope="module")
def appliance(set_up: SetUp) -> Running:
    """That appliance."""
    return set_up.appliance


@pytest.fixture(autouse=True)
def stays_up(site: FrontDoor) -> Iterator[None]:
    """Whatever a test did, others are served after it."""
    yield
    assert served(site)


def served(site: FrontDoor) -> bool:
    """Whether somebody else, at another address, gets a page of the application and a file of it."""
    answers = [site.ask(path, source=OTHER) for path in ("/auth/login", StaticFiles().url("css/base.css"))]
    return [each.status for each in answers] == [200, 200] and "csrf_token" in answers[0].text


@contextlib.contextmanager
def many(count: int, site: FrontDoor, said: bytes, *, encrypted: bool = True) -> Iterator[list[socket.socket]]:
    """So many connections at once, each having said this much."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with contextlib.ExitStack() as stack:
        made: list[socket.socket] = []
        for _ in range(count):
            connection = site.connect() if encrypted else socket.create_connection(("127.0.0.1", site.https_port))
            made.append(stack.enter_context(connection))
            if said:
                connection.sendall(said)
        yield made


def test_headers_that_never_end_keep_nobody_out_and_are_hung_up_on(site: FrontDoor) -> None:
    with many(SLOW_CONNECTIONS, site, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: a") as connections:
        assert served(site)
        assert all(b"200 OK" not in said(each) for each in connections)


def test_bodies_that_never_come_keep_nobody_out(site: FrontDoor) -> None:
    form = b"POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nu"
    with many(SLOW_CONNECTIONS, site, form):
        assert served(site)


@pytest.mark.parametrize("path", ["", "/auth/login"], ids=["header", "body"])
def test_a_byte_at_a_time_keeps_nobody_out(site: FrontDoor, path: str) -> None:
    form = b"POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
    with many(20, site, form + b"\r\nu" if path else form + b"X-Slow: a") as connections:
        for _ in range(3):
            for connection in connections:
                connection.sendall(b"x")
            assert served(site)


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nX-Slow: a", BEGIN_FORM, PAGE * 40])
def test_without_nginx_slow_clients_keep_nobody_out(appliance: Running, said: bytes) -> None:
    host, port = urlsplit(appliance.address).hostname, urlsplit(appliance.address).port
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            connection = stack.enter_context(socket.create_connection((host, port)))
            connection.sendall(said)
        for _ in range(8):
            with urllib.request.urlopen(f"{appliance.address}/auth/login", timeout=10) as answer:
                assert answer.status == 200


def test_answers_that_nobody_reads_keep_nobody_out(site: FrontDoor) -> None:
    with many(100, site, PAGE * 4):
        assert served(site)


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_thousand_idle_connections_keep_nobody_out(site: FrontDoor, encrypted: bool) -> None:
    with many(IDLE_CONNECTIONS, site, b"", encrypted=encrypted):
        assert served(site)
        assert memory_of_children(site.pid) < NGINX_MEMORY


def test_more_idle_connections_than_there_is_room_for_make_way_for_others(site: FrontDoor) -> None:
    with many(2 * IDLE_CONNECTIONS, site, b"", encrypted=False):
        assert served(site)


def memory_of_children(pid: int) -> int:
    """The resident memory of Nginx's workers."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    assert children
    return sum(int(Path(f"/proc/{child}/statm").read_text().split()[1]) for child in children) * 4096


def said(connection: socket.socket) -> bytes:
    """Everything that comes until the other side hangs up."""
    pieces = []
    with contextlib.suppress(ConnectionError, OSError):
        while piece := connection.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


def statuses(answer: bytes) -> list[int]:
    """The statuses of all answers in what was said."""
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answer)]


BEGIN = b"POST /auth/login HTTP/1.1\r\nHost: localhost\r\n"
HIDDEN = b"GET /explore HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
# Each would be two requests to one program and one to another, if either took it.
AMBIGUOUS = {
    "CL.TE": BEGIN + b"Content-Length: 50\r\n" + CHUNKED + b"\r\n0\r\n\r\n" + HIDDEN,
    "TE.CL": BEGIN + CHUNKED + b"Content-Length: 3\r\n\r\n1\r\nZ\r\n0\r\n\r\n" + HIDDEN,
    "two lengths": BEGIN + b"Content-Length: 0\r\nContent-Length: 50\r\n\r\n" + HIDDEN,
    "a list of lengths": BEGIN + b"Content-Length: 0, 50\r\n\r\n" + HIDDEN,
    "a length with a sign": BEGIN + b"Content-Length: +0\r\n\r\n" + HIDDEN,
    "a negative length": BEGIN + b"Content-Length: -1\r\n\r\n" + HIDDEN,
    "two encodings": BEGIN + CHUNKED + CHUNKED + b"\r\n0\r\n\r\n" + HIDDEN,
    "another encoding": BEGIN + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + HIDDEN,
    "an unknown encoding": BEGIN + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a folded encoding": BEGIN + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a folded header": BEGIN + b"X-Folded: a\r\n b\r\nContent-Length: 0\r\n\r\n" + HIDDEN,
    "a space before the colon": BEGIN + b"Content-Length : 50\r\nContent-Length: 0\r\n\r\n" + HIDDEN,
    "a size that is no number": BEGIN + CHUNKED + b"\r\n0x0\r\n\r\n" + HIDDEN,
    "a size without end": BEGIN + CHUNKED + b"\r\n" + b"f" * 40 + b"\r\n" + HIDDEN,
    "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n" + HIDDEN,
    "no host": b"GET / HTTP/1.1\r\n\r\n" + HIDDEN,
    "a NUL": BEGIN + b"X-Nothing: a\0b\r\nContent-Length: 0\r\n\r\n" + HIDDEN,
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_a_request_that_can_be_read_in_two_ways_is_refused(site: FrontDoor, name: str) -> None:
    with site.connect() as connection:
        connection.sendall(AMBIGUOUS[name])
        answered = statuses(said(connection))
    assert len(answered) == 1, "nothing is taken for a second request"
    assert answered[0] in (400, 501)


OUTSIDE = [
    f"{folder}{way}{target}"
    for folder in ("/static/", "/static/css/", "/bootstrap/static/", "/_nginx/", "/ca.crt/", "/exports/")
    for way in ("../" * 6, "..%2f" * 6, "%2e%2e/" * 6, "..%5c" * 6, "....//" * 6, "..;/" * 6, "%252e%252e%252f" * 6)
    for target in ("etc/passwd", "app/core/config.py", "data/secret_key")
] + [
    "/static../core/config.py",
    "/_nginx../nginx.conf",
    "/static/%00/css/base.css",
    "//etc/passwd",
    "/.git/config",
    "/.env",
]


def test_nothing_outside_the_public_folders_is_shown(site: FrontDoor, appliance: Running) -> None:
    secret = (appliance.log.parent / "data" / "secret_key").read_text().strip()
    settings = (PROJECT_ROOT / "app" / "core" / "config.py").read_text()[:40]
    for address in OUTSIDE:
        with site.connect() as connection:
            connection.sendall(f"GET {address} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = said(connection)
        status = statuses(answer)[0]
        assert status in (302, 308, 400, 404), (address, status)
        for inside in (b"root:x:", secret.encode(), settings.encode(), b"[core]"):
            assert inside not in answer, address


SPOOFED = {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "http", "X_Forwarded_Prefix": "/evil.example"}


def test_forged_headers_change_nothing_that_the_application_says(site: FrontDoor) -> None:
    forged = SPOOFED | {"Forwarded": "for=192.0.2.66;host=evil.example;proto=http", "X_Original_URL": "/evil.example"}
    for path in ("/auth/login", "/index", "/api/openapi.json"):
        answer = site.ask(path, **forged, X_Rewrite_URL="/evil.example", X_HTTP_Method_Override="DELETE")
        assert "evil.example" not in answer.text + str(answer.headers)
    assert "; Secure" in site.ask("/auth/login", **forged).headers["Set-Cookie"]


def test_a_made_up_address_does_not_get_around_the_count_of_failures(site: FrontDoor) -> None:
    answers = [
        site.ask(
            "/api/tokens",
            "POST",
            b"",
            "127.0.0.8",
            Authorization="Basic YWxpY2U6d3Jvbmc=",
            X_Forwarded_For=f"192.0.2.{number}",
        )
        for number in range(12)
    ]
    statuses_in_order = [each.status for each in answers]
    assert statuses_in_order[:5] == [401] * 5
    assert statuses_in_order[-1] == 429, "twenty are borne from many networks, five from one"
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_what_is_too_large_is_refused_before_it_is_read(site: FrontDoor) -> None:
    assert site.ask("/auth/login", "POST", Content_Length=str(2**40)).status == 413
    assert site.ask("/auth/login", "POST", b"x" * 300_000).status == 413, "by the application"
    assert site.ask("/auth/login", **{f"X_{number}": "x" for number in range(200)}).status == 431
    assert site.ask("/auth/login", X_Long="x" * 100_000).status == 400
    assert site.ask("/" + "x" * 100_000).status == 414


def test_a_body_in_chunks_without_end_is_refused(site: FrontDoor) -> None:
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    with site.connect() as connection:
        connection.sendall(BEGIN + CHUNKED + b"\r\n")
        with contextlib.suppress(ConnectionError, OSError):
            for _ in range(64):
                connection.sendall(chunk)
        assert b"200 OK" not in said(connection)


def test_an_old_tls_is_refused(site: FrontDoor) -> None:
    old = ssl.create_default_context()
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    # This machine's OpenSSL would not offer it by itself; the refusal has to be the other side's.
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", site.https_port), timeout=60) as plain,
        pytest.raises(ssl.SSLError, match="alert protocol version"),
    ):
        old.wrap_socket(plain)
