"""A socket that takes a response faster than its client does."""

from __future__ import annotations

import errno
import os
import select
import socket
import time
from collections import deque
from contextlib import suppress
from typing import IO

# Of one response in memory. The largest, a list of 100 long posts from the API, has 2.5 MiB.
MAX_PENDING = 4 * 2**20
# How long a thread may wait, in all, for the client of a response that is larger than that.
MAX_THREAD_WAIT = 10.0
PIECE = 128 * 1024


class PendingFile:
    """A part of a file that is still to be sent; it has a descriptor of its own."""

    def __init__(self, file: IO[bytes], offset: int, count: int) -> None:
        self._descriptor = os.dup(file.fileno())
        self._offset, self._count = offset, count

    def send(self, connection: socket.socket) -> int:
        """Send a piece; return how many bytes that were."""
        sent = os.sendfile(connection.fileno(), self._descriptor, self._offset, min(self._count, PIECE))
        if not sent:
            raise OSError(errno.EIO, "the file is shorter than it was")
        self._offset += sent
        self._count -= sent
        return sent

    def __len__(self) -> int:
        return self._count

    def close(self) -> None:
        """Close the descriptor."""
        os.close(self._descriptor)


class ResponseSocket:
    """A socket as gunicorn's response uses it: what the client does not take at once is kept, and the call returns.

    A thread writes a response into it. Then the event loop calls `flush` until nothing `is_pending`.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._pending: deque[memoryview | PendingFile] = deque()
        # Bytes of this response that the kernel has taken, and bytes that wait in memory.
        self.sent = 0
        self.held = 0
        self._may_wait_until: float | None = None

    @property
    def is_pending(self) -> bool:
        """Whether a part of the response waits for the client."""
        return bool(self._pending)

    def begin(self) -> None:
        """Begin another response."""
        self.sent, self._may_wait_until = 0, None

    def sendall(self, data: bytes) -> None:
        """Take a part of a response."""
        if not data:
            return
        self._pending.append(memoryview(data))
        self.held += len(data)
        self.flush()
        while self.held > MAX_PENDING:
            self._wait_for_client()

    def send(self, data: bytes) -> int:
        """Take a part of a response, as sockets do."""
        self.sendall(data)
        return len(data)

    def sendfile(self, file: IO[bytes], offset: int = 0, count: int | None = None) -> int:
        """Take a part of a file, which may be closed afterwards."""
        count = os.fstat(file.fileno()).st_size - offset if count is None else count
        if count:
            self._pending.append(PendingFile(file, offset, count))
            self.flush()
        return count

    def flush(self, most: int = 8 * PIECE) -> None:
        """Send what the client takes now, though not more than about `most` bytes; raises OSError if it is gone."""
        until = self.sent + most
        with suppress(BlockingIOError):
            while self._pending and self.sent < until:
                self._send_first()

    def _send_first(self) -> None:
        first = self._pending[0]
        if isinstance(first, PendingFile):
            self.sent += first.send(self._socket)
        else:
            count = self._socket.send(first)
            self.sent += count
            self.held -= count
            self._pending[0] = first = first[count:]
        if not len(first):
            self._pending.popleft()
            if isinstance(first, PendingFile):
                first.close()

    def _wait_for_client(self) -> None:
        now = time.monotonic()
        self._may_wait_until = self._may_wait_until or now + MAX_THREAD_WAIT
        writable = select.poll()
        writable.register(self._socket, select.POLLOUT)
        if now >= self._may_wait_until or not writable.poll(1000 * (self._may_wait_until - now)):
            raise BrokenPipeError(errno.EPIPE, "the client reads too slowly")
        self.flush()

    def receive(self) -> bytes:
        """Read what has arrived; raises BlockingIOError if that is nothing."""
        return self._socket.recv(64 * 1024)

    def fileno(self) -> int:
        """The descriptor, for the event loop."""
        return self._socket.fileno()

    def shutdown(self, how: int) -> None:
        """Say that nothing follows, or that nothing is read."""
        self._socket.shutdown(how)

    def close(self) -> None:
        """Give up what waits, and hang up."""
        for part in self._pending:
            if isinstance(part, PendingFile):
                part.close()
        self._pending.clear()
        self.held = 0
        self._socket.close()

    # gunicorn switches its sockets to and fro, and reads from them when it gives up a response. This one never blocks.

    def setblocking(self, flag: bool) -> None:
        """Stay as it is."""

    def settimeout(self, value: float | None) -> None:
        """Stay as it is."""

    def gettimeout(self) -> float:
        """It never blocks."""
        return 0.0

    def recv(self, _size: int) -> bytes:
        """There is nothing more to read."""
        return b""
