"""Clients that are slow hold no thread of gunicorn, and are hung up on in the end."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import pytest
from plain_application import MEBIBYTE, PATTERN
from plain_server import Server, read_all, serving

from app.webserver.response import MAX_PENDING

CLIENTS = 20
# Far more than an answer takes, and less than slow clients are given.
PROMPT_SECONDS = 10
GET = b"GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: a"
FORM = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nu"
CHUNKED = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab"
LARGE = b"GET /memory/3 HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Our limits, but for the memory of what waits: the tests hold more than fits."""
    with serving(tmp_path_factory.mktemp("server"), worker_MAX_HELD=256 * MEBIBYTE) as running:
        yield running


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Little patience and little memory."""
    limits = {"connection_GRACE_SECONDS": 1, "response_MAX_THREAD_WAIT": 1, "worker_MAX_HELD": MEBIBYTE}
    with serving(tmp_path_factory.mktemp("strict"), **limits) as running:
        yield running


@pytest.fixture(scope="module")
def large_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "large"
    path.write_bytes(PATTERN * 30)
    return path


@contextmanager
def many(server: Server, said: bytes, count: int = CLIENTS) -> Iterator[list[socket.socket]]:
    """So many clients that have said this and read nothing."""
    with ExitStack() as stack:
        yield [stack.enter_context(server.connect(said, small=True)) for _ in range(count)]


def is_served(server: Server) -> bool:
    """Whether somebody else gets an answer promptly, as often as there are threads and more."""
    for _ in range(8):
        with server.connect() as connection:
            connection.settimeout(PROMPT_SECONDS)
            connection.sendall(GET)
            if not read_all(connection).endswith(b"GET "):
                return False
    return True


def download_of(path: Path) -> bytes:
    return f"GET /file{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()


def body_of(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    "said", [b"", HEAD, FORM, CHUNKED, LARGE], ids=["nothing", "head", "body", "chunk", "reads nothing"]
)
def test_slow_clients_keep_nobody_waiting(server: Server, said: bytes) -> None:
    with many(server, said) as connections:
        assert is_served(server)
        for _ in range(3):
            for connection in connections if said in (HEAD, FORM, CHUNKED) else []:
                connection.sendall(b"x")
            assert is_served(server)


def test_downloads_that_nobody_reads_keep_nobody_waiting(server: Server, large_file: Path) -> None:
    with many(server, download_of(large_file)):
        assert is_served(server)


def test_a_client_that_reads_late_gets_all(server: Server, large_file: Path) -> None:
    for request, length in ((LARGE, 3), (download_of(large_file), 30)):
        with many(server, request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), 3) as connections:
            assert is_served(server)
            found = {sha256(body_of(read_all(connection))).digest() for connection in connections}
            assert found == {sha256(PATTERN * length).digest()}


def test_a_response_that_does_not_fit_memory_reaches_a_client_that_reads(server: Server) -> None:
    pieces = 3 * MAX_PENDING // MEBIBYTE
    answer = server.ask(b"GET /stream/%d HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % pieces)
    assert len(body_of(answer)) == pieces * MEBIBYTE


def test_a_response_that_does_not_fit_memory_holds_a_thread_for_a_bounded_time(strict: Server) -> None:
    with many(strict, b"GET /stream/99 HTTP/1.1\r\nHost: localhost\r\n\r\n", 4):
        assert is_served(strict)


@pytest.mark.parametrize("said", [b"", HEAD, FORM, CHUNKED], ids=["nothing", "head", "body", "chunk"])
def test_a_client_that_drips_is_hung_up_on(strict: Server, said: bytes) -> None:
    with strict.connect(said) as connection:
        connection.settimeout(0.2)
        until = time.monotonic() + 60
        with suppress(ConnectionError):
            while time.monotonic() < until:
                with suppress(TimeoutError):
                    if said:
                        connection.sendall(b"1")
                    assert connection.recv(1) == b"", "without an answer"
                    return
            pytest.fail("it was served for ever")


def test_a_client_that_reads_nothing_is_hung_up_on(tmp_path: Path, large_file: Path) -> None:
    # What the kernel took counts as read, at a rate that makes it little time.
    limits = {"connection_GRACE_SECONDS": 1, "connection_MIN_BYTES_PER_SECOND": MEBIBYTE}
    with serving(tmp_path, **limits) as server, server.connect(download_of(large_file), small=True) as connection:
        time.sleep(5)
        received = b""
        with suppress(ConnectionError):
            received = read_all(connection)
        assert len(received) < 30 * MEBIBYTE


def test_a_client_that_is_slow_but_not_too_slow_is_served(strict: Server) -> None:
    with strict.connect(
        b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 60000\r\n\r\n"
    ) as sender:
        for _ in range(12):
            sender.sendall(b"x" * 5000)
            time.sleep(0.2)
        assert body_of(read_all(sender)) == b"POST " + b"x" * 60000


def is_closed(connection: socket.socket) -> bool:
    """Tell whether the server has closed the connection, orderly or with bytes of ours that it did not read."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_what_waits_has_a_bound_and_the_oldest_goes_first(strict: Server) -> None:
    begun = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 600000\r\n\r\n" + b"x" * 400_000
    with many(strict, begun, 6) as connections:
        assert is_closed(connections[0])
        assert is_served(strict)


@pytest.mark.parametrize("said", [b"", HEAD, GET.replace(b"close", b"keep-alive")])
def test_more_connections_than_there_is_room_for_make_way_for_others(server: Server, said: bytes) -> None:
    with many(server, said, 600):
        assert is_served(server)


def test_a_stop_does_not_wait_for_slow_clients(tmp_path: Path) -> None:
    with serving(tmp_path) as server, many(server, b"", 5), many(server, HEAD, 5), many(server, LARGE, 5):
        server.process.terminate()
        # The grace of gunicorn.conf.py is 4 seconds.
        server.process.wait(10)
