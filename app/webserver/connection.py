"""A connection, and what it waits for while no thread has it."""

from __future__ import annotations

import socket
import time
from typing import Any

from gunicorn import http
from gunicorn.workers.gthread import TConn

from .request import IncomingRequest
from .response import ResponseSocket

# A request must be whole, and a response taken, in this time plus what its bytes need at the least rate.
GRACE_SECONDS = 15.0
MIN_BYTES_PER_SECOND = 4096
# After the last response, so that the client can read it before it learns that nobody listens any more.
LINGER_SECONDS = 2.0
# In the kernel, for each connection, where Linux would otherwise keep megabytes for a client that reads nothing.
SEND_BUFFER = 128 * 1024
RECEIVING, SENDING, LINGERING = "receiving", "sending", "lingering"


class Connection(TConn):  # type: ignore[misc]  # gunicorn has no types
    """A connection of gunicorn's whose request is read, and whose response is sent, without a thread."""

    def __init__(self, cfg: Any, client: socket.socket, address: Any, server: Any) -> None:
        super().__init__(cfg, client, address, server)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.sock = ResponseSocket(client)
        # gunicorn has nothing left to wait for when a thread gets this.
        self.initialized = self.data_ready = True
        self.incoming = IncomingRequest()
        self.is_first = True
        self.keeps_alive = False
        self.state, self.since = RECEIVING, time.monotonic()

    def enter(self, state: str) -> None:
        """Wait for something else from now on."""
        self.state, self.since = state, time.monotonic()

    @property
    def held(self) -> int:
        """Bytes in memory for this connection."""
        return len(self.incoming.data) + self.sock.held

    @property
    def is_idle(self) -> bool:
        """Whether nothing of another request has arrived yet."""
        return self.state == RECEIVING and not self.incoming.data

    def deadline(self) -> float:
        """Return until when it may wait, by the monotonic clock."""
        if self.state == LINGERING:
            return self.since + LINGER_SECONDS
        if self.is_idle and not self.is_first:
            return self.since + float(self.cfg.keepalive)
        moved = self.sock.sent if self.state == SENDING else len(self.incoming.data)
        return self.since + GRACE_SECONDS + moved / MIN_BYTES_PER_SECOND

    def begin_request(self) -> None:
        """Give gunicorn's parser the request that has arrived, and nothing else."""
        self.sock.begin()
        self.parser = http.get_parser(self.cfg, self.incoming.pieces(), self.client)

    def begin_next_request(self) -> None:
        """Take what has arrived behind the request as the beginning of the next one."""
        self.incoming = IncomingRequest(self.parser.unreader.take_buffered())
        self.is_first = False
