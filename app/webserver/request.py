"""How far a request has arrived, so that a thread is given it only once it is whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

# More than gunicorn's own limits let through in ordinary use, and no more than Nginx takes.
MAX_HEAD = 128 * 1024
# What Nginx takes; the application refuses far less, and says so politely if it can read it.
MAX_BODY = 2 * 2**20
MAX_CHUNK_LINE = 8192
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)[ \t]*\r\n", re.IGNORECASE)
ENCODING = re.compile(rb"\r\ntransfer-encoding:[ \t]*(.*?)[ \t]*\r\n", re.IGNORECASE)
CONTINUE = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)


class IncomingRequest:
    """The bytes of a request that have arrived so far.

    This only decides when a thread begins; what the request means is gunicorn's parser's to say. The parser gets these
    bytes and no others, and a connection whose parser asked for more is closed (`ran_dry`), so that a difference
    between the two can never make one request look like two.
    """

    def __init__(self, data: bytes = b"") -> None:
        self.data = bytearray()
        self.has_too_long_head = False
        # The body is larger than MAX_BODY and is not waited for.
        self.is_cut = False
        self.expects_continue = False
        self.ran_dry = False
        self._searched = 0
        self._body_at = 0
        self._end: int | None = None
        self._chunk_at: int | None = None
        self._trailers_searched = 0
        self.is_whole = False
        if data:
            self.add(data)

    def add(self, piece: bytes) -> None:
        """Take what has arrived, and see whether the request `is_whole`."""
        self.data += piece
        if not self._body_at:
            self._find_head()
        if self._body_at:
            self.is_whole = self._has_body()

    def pieces(self) -> Iterator[bytes]:
        """Yield everything that has arrived, for the parser."""
        yield bytes(self.data)
        self.ran_dry = True

    def _find_head(self) -> None:
        end = self.data.find(b"\r\n\r\n", self._searched)
        self._searched = max(0, len(self.data) - 3)
        if end < 0 or end > MAX_HEAD:
            self.has_too_long_head = len(self.data) > MAX_HEAD
            return
        self._body_at = end + 4
        self._read_head(bytes(self.data[: end + 2]))

    def _read_head(self, head: bytes) -> None:
        length, encoding = LENGTH.search(head), ENCODING.search(head)
        self.expects_continue = CONTINUE.search(head) is not None
        if encoding and not length and encoding[1].lower() == b"chunked":
            self._chunk_at = self._searched = self._body_at
        elif encoding or not length:
            # Without a body, or ambiguous, which the parser refuses.
            self._end = self._body_at
        else:
            # Python refuses to read numbers of thousands of digits.
            size = int(length[1]) if len(length[1]) < len(str(MAX_BODY)) + 9 else MAX_BODY + 1
            self._end = self._body_at + size
            self.is_cut = size > MAX_BODY

    def _has_body(self) -> bool:
        if self._chunk_at is not None:
            self.is_cut = len(self.data) - self._body_at > MAX_BODY
            return self.is_cut or self._has_last_chunk()
        return self.is_cut or len(self.data) >= (self._end or 0)

    def _has_last_chunk(self) -> bool:
        """Whether the last chunk and its trailers are there, or something that the parser will refuse."""
        at = self._chunk_at or 0
        while (end := self.data.find(b"\r\n", max(at, self._searched))) >= 0:
            line = bytes(self.data[at:end]).partition(b";")[0].strip()
            if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", line):
                return True
            if (size := int(line, 16)) == 0:
                return self._has_trailers(end)
            self._chunk_at = self._searched = at = end + 2 + size + 2
        self._searched = max(at, len(self.data) - 1)
        return len(self.data) - at > MAX_CHUNK_LINE

    def _has_trailers(self, line_end: int) -> bool:
        # The trailers end with an empty line, which comes at once if there are none.
        found = self.data.find(b"\r\n\r\n", max(line_end, self._trailers_searched))
        self._trailers_searched = max(line_end, len(self.data) - 3)
        return found >= 0
