"""gunicorn's threaded worker, whose slow clients wait in its event loop (docs/decisions/0001-slow-clients.md)."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from selectors import EVENT_READ, EVENT_WRITE
from typing import Any

from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from .connection import LINGERING, RECEIVING, SENDING, Connection

# Bytes of requests and responses that wait for clients, of all connections together.
MAX_HELD = 32 * 2**20
CHECK_INTERVAL = 1.0
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
TOO_LONG_HEAD = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class BufferingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker whose threads get whole requests and never wait for a client to take a response.

    Everything but `handle_request` and `_keepalive_after` runs in the event loop.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Connections that no thread has.
        self._waiting: set[Connection] = set()
        self._checked = 0.0

    def accept(self, listener: socket.socket) -> None:
        """Accept a connection; the one that has waited longest makes way when there are too many."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._drop_oldest()
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED):
                raise
            return
        self.nr_conns += 1
        self._receive(Connection(self.cfg, client, address, listener.getsockname()))
        if self.nr_conns >= self.worker_connections:
            self._drop_oldest()

    def handle_request(self, req: Any, conn: Connection) -> bool:
        """Have the application answer; in a thread."""
        # Answered by the event loop, which waited for the body.
        req._expected_100_continue = False
        if conn.incoming.is_cut:
            req.force_close()
        return bool(super().handle_request(req, conn))

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        """Return whether another request may follow; in a thread. Not where this one's end is unknown."""
        reusable = super()._keepalive_after(conn, keepalive)
        return reusable and not conn.incoming.is_cut and not conn.incoming.ran_dry

    def finish_request(self, conn: Connection, fs: Future[bool]) -> None:
        """Send what the client has not taken of the response, then go on with the connection."""
        conn.keeps_alive = not fs.cancelled() and fs.exception() is None and bool(fs.result())
        self._send(conn)

    def murder_pending(self) -> None:
        """Drop connections that are too slow; called after each round of events."""
        now = time.monotonic()
        if now < self._checked + CHECK_INTERVAL:
            return
        self._checked = now
        for connection in list(self._waiting):
            unused = not self.alive and connection.is_idle and now > connection.since + STOP_KEEPALIVE_LINGER
            if unused or now > connection.deadline():
                self._drop(connection)

    # ---- a connection's way: receive, (thread), send, receive again or linger

    def _receive(self, connection: Connection) -> None:
        connection.enter(RECEIVING)
        self._wait(connection, EVENT_READ, self._on_readable)

    def _on_readable(self, connection: Connection) -> None:
        piece = connection.sock.receive()
        if not piece:
            raise ConnectionResetError
        if connection.is_idle:
            connection.enter(RECEIVING)
        connection.incoming.add(piece)
        self._go_on(connection)

    def _go_on(self, connection: Connection) -> None:
        """Hand the request to a thread if it is whole."""
        incoming = connection.incoming
        if incoming.is_whole:
            self._leave(connection)
            connection.begin_request()
            self.enqueue_req(connection)
        elif incoming.has_too_long_head:
            self._leave(connection)
            connection.keeps_alive = False
            connection.sock.sendall(TOO_LONG_HEAD)
            self._send(connection)
        elif incoming.expects_continue:
            incoming.expects_continue = False
            connection.sock.sendall(CONTINUE)

    def _send(self, connection: Connection) -> None:
        connection.enter(SENDING)
        if connection.sock.is_pending:
            self._wait(connection, EVENT_WRITE, self._on_writable)
        else:
            self._follow_up(connection)

    def _on_writable(self, connection: Connection) -> None:
        connection.sock.flush()
        if not connection.sock.is_pending:
            self._leave(connection)
            self._follow_up(connection)

    def _follow_up(self, connection: Connection) -> None:
        """Wait for the next request, or until the client has hung up: if we did at once, it might lose the end."""
        if connection.keeps_alive:
            connection.begin_next_request()
            self._receive(connection)
            if connection.incoming.data:
                self._call(connection, self._go_on)
            return
        try:
            connection.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(connection)
            return
        connection.enter(LINGERING)
        self._wait(connection, EVENT_READ, self._on_leftovers)

    def _on_leftovers(self, connection: Connection) -> None:
        if not connection.sock.receive():
            self._drop(connection)

    # ---- connections that wait

    def _wait(self, connection: Connection, event: int, callback: Callable[[Connection], None]) -> None:
        self._waiting.add(connection)
        self.poller.register(connection.sock, event, lambda _socket: self._call(connection, callback))
        self._bound_memory()

    def _leave(self, connection: Connection) -> None:
        self._waiting.remove(connection)
        self.poller.unregister(connection.sock)

    def _call(self, connection: Connection, callback: Callable[[Connection], None]) -> None:
        """Call it for a connection that waits, which is dropped if that fails."""
        if connection not in self._waiting:
            # Dropped in favour of another one in the same round of events.
            return
        try:
            callback(connection)
        except BlockingIOError:
            return
        except OSError:
            self._drop(connection)
        self._bound_memory()

    def _bound_memory(self) -> None:
        while sum(each.held for each in self._waiting) > MAX_HELD:
            self._drop(min((each for each in self._waiting if each.held), key=lambda each: each.since))

    def _drop_oldest(self) -> None:
        """Drop the connection that has waited longest; one that takes a response only if there is no other."""
        if self._waiting:
            self._drop(min(self._waiting, key=lambda each: (each.state == SENDING, each.since)))

    def _drop(self, connection: Connection) -> None:
        if connection in self._waiting:
            self._leave(connection)
        self.nr_conns -= 1
        connection.close()
