"""A request reaches a thread once it is whole, in however many pieces it comes; and never as two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from gunicorn.config import Config
from gunicorn.http import get_parser
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_server import Server, read_all, serving

from app.webserver.request import MAX_BODY, MAX_HEAD, IncomingRequest

START = b"POST / HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("server")) as running:
        yield running


def in_chunks(body: bytes, sizes: list[int], trailer: bytes) -> bytes:
    pieces, rest = [], body
    for size in [*sizes, len(body)]:
        piece, rest = rest[:size], rest[size:]
        if piece:
            pieces.append(b"%x;note=1\r\n%s\r\n" % (len(piece), piece))
    return b"".join(pieces) + b"0\r\n" + trailer + b"\r\n"


bodies = st.one_of(
    st.binary(max_size=60), st.sampled_from([b"0\r\n\r\n", b"\r\n\r\n" * 3, b"5\r\nab", b"\r\n0\r\n\r\nx"])
)
sizes = st.lists(st.integers(1, 20), max_size=5)


@st.composite
def requests(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A request and its body."""
    body = draw(bodies)
    kind = draw(st.sampled_from(["none", "length", "chunked", "trailers"]))
    if kind == "none":
        return b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b""
    if kind == "length":
        return START + b"content-LENGTH:  %d\r\n\r\n" % len(body) + body, body
    trailer = b"X-Checksum: 1\r\nX-More: 2\r\n" if kind == "trailers" else b""
    return START + b"Transfer-Encoding: chunked\r\n\r\n" + in_chunks(body, draw(sizes), trailer), body


@given(requests(), sizes, st.binary(max_size=10))
@settings(max_examples=200, derandomize=True, deadline=None)
def test_a_request_is_whole_exactly_at_its_end(
    request_and_body: tuple[bytes, bytes], cuts: list[int], next_one: bytes
) -> None:
    request, body = request_and_body
    incoming, at = IncomingRequest(), 0
    for size in [*cuts, *[1] * len(request)]:
        assert not incoming.is_whole
        incoming.add(request[at : at + size])
        at += size
        if at >= len(request):
            break
    assert incoming.is_whole
    incoming.add(next_one)
    parser = get_parser(Config(), incoming.pieces(), ("127.0.0.1", 1))
    assert next(parser).body.read() == body
    assert parser.unreader.take_buffered() == next_one
    assert not incoming.ran_dry


def test_a_body_in_single_bytes_costs_as_much_as_its_length() -> None:
    """Count what is looked at: nothing is searched twice."""
    looked_at = SimpleNamespace(total=0)

    class Counted(bytearray):
        def find(self, what: bytes, start: int = 0) -> int:  # type: ignore[override]
            found = super().find(what, start)
            looked_at.total += max(0, (found if found >= 0 else len(self)) - start)
            return found

    incoming = IncomingRequest()
    incoming.data = Counted()
    head = START + b"X-Long: " + b"x" * 20_000 + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
    request = head + in_chunks(b"y" * 9000, [3000] * 3, b"A: " + b"b" * 2000 + b"\r\n")
    for byte in request:
        incoming.add(bytes([byte]))
    assert incoming.is_whole
    assert looked_at.total < 10 * len(request)


def test_requests_in_a_row_are_answered_in_their_order(server: Server) -> None:
    one = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n"
    answer = server.ask(one + b"a" + one + b"b" + one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + b"c")
    assert re.findall(rb"POST (.)", answer) == [b"a", b"b", b"c"]


def test_a_connection_is_used_again(server: Server) -> None:
    with server.connect() as connection:
        for _ in range(3):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            received = b""
            while not received.endswith(b"GET "):
                received += connection.recv(1000)
            assert b"keep-alive" in received


def test_who_waits_for_a_sign_before_the_body_gets_one(server: Server) -> None:
    with server.connect(
        START + b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: 5\r\n\r\n"
    ) as connection:
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"hello")
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"POST hello")


@pytest.mark.parametrize("length", [b"%d" % (MAX_BODY + 1), b"9" * 5000])
def test_a_body_that_is_too_large_is_not_waited_for_and_ends_the_connection(server: Server, length: bytes) -> None:
    request = b"POST /ignore HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + b"\r\n\r\n"
    hidden = b"GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = server.ask(request + hidden)
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_body_in_chunks_without_end_ends_the_connection(server: Server) -> None:
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    request = b"POST /ignore HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = server.ask(request + chunk * (MAX_BODY // 65536 + 1))
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_head_that_is_too_long_is_refused(server: Server) -> None:
    assert server.ask(b"GET / HTTP/1.1\r\nX-Long: " + b"x" * MAX_HEAD).startswith(b"HTTP/1.1 431 ")


HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
# Each could be two requests to one program and one to another.
AMBIGUOUS = {
    "length and chunks": b"Content-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n1\r\nZ\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: 50\r\n\r\n",
    "a list of lengths": b"Content-Length: 0, 50\r\n\r\n",
    "a length with a sign": b"Content-Length: +50\r\n\r\n",
    "two encodings": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "another encoding": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a folded length": b"X: a\r\n Content-Length: 50\r\nContent-Length: 0\r\n\r\n",
    "a space before the colon": b"Content-Length : 50\r\nContent-Length: 0\r\n\r\n",
    "a size that is no number": b"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
    "a size without end": b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n",
    "a length behind a bare line feed": b"X: a\nContent-Length: 50\r\n\r\n",
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_a_request_that_can_be_read_in_two_ways_is_refused(server: Server, name: str) -> None:
    answer = server.ask(START + AMBIGUOUS[name] + HIDDEN)
    assert re.findall(rb"HTTP/1\.1 (\d{3})", answer) in ([b"400"], [b"501"], [])
    assert b"GET " not in answer
