"""A connection to a mail server that ends in time, whatever the server does, and logs in with any password."""

from __future__ import annotations

import base64
import hmac
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ..core.mail_settings import MailSettings

# For the connection and for the server's greeting.
GREETING_TIMEOUT = 15.0
# For each later reply. Servers look for spam before they answer to the message.
REPLY_TIMEOUT = 30.0
# For the whole conversation, and how much longer a large message may take.
CONVERSATION_TIMEOUT = 120.0
MIN_BYTES_PER_SECOND = 16 * 1024
QUIT_TIMEOUT = 3.0
MAX_CHALLENGES = 5
CONTINUE, AUTHENTICATED, ALREADY = 334, 235, 503


class Deadline:
    """Shuts a connection down once its time is over, also while another thread waits for it."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, connected: socket.socket) -> None:
        """Have this connection end in time. TLS later wraps the socket, so a duplicate of it is kept."""
        with self._lock:
            self._socket = connected.dup()
            if self.is_over:
                self._shut_down()

    def cancel(self) -> None:
        """The conversation has come to its end."""
        self._timer.cancel()
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            self._shut_down()

    def _shut_down(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


class Connection(smtplib.SMTP):
    """An SMTP connection with a deadline, whose log-in is in UTF-8 (RFC 4616), which the library limits to ASCII."""

    def __init__(self, deadline: Deadline, *arguments: Any, **options: Any) -> None:
        self._limit = deadline
        super().__init__(*arguments, **options)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connected: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._limit.watch(connected)
        return connected

    def set_timeout(self, seconds: float) -> None:
        """Limit how long each further step may take."""
        if self.sock is not None:
            self.sock.settimeout(seconds)

    def auth(self, mechanism: str, authobject: Any, *, initial_response_ok: bool = True) -> tuple[int, bytes]:
        """Log in by one mechanism; raise SMTPAuthenticationError."""
        first = authobject() if initial_response_ok else None
        code, reply = self.docmd("AUTH", mechanism.upper() + ("" if first is None else f" {_encode(first)}"))
        # The mechanism LOGIN counts them to know whether the name or the password is asked for.
        self._auth_challenge_count = 0 if first is None else 1
        while code == CONTINUE and self._auth_challenge_count <= MAX_CHALLENGES:
            self._auth_challenge_count += 1
            code, reply = self.docmd(_encode(authobject(base64.decodebytes(reply))))
        if code not in (AUTHENTICATED, ALREADY):
            raise smtplib.SMTPAuthenticationError(code, reply)
        return code, reply

    def auth_cram_md5(self, challenge: bytes | None = None) -> str | None:  # type: ignore[override]
        """Return the answer to a challenge (RFC 2195)."""
        if challenge is None:
            return None
        return f"{self.user} {hmac.new(self.password.encode(), challenge, 'md5').hexdigest()}"


class EncryptedConnection(smtplib.SMTP_SSL, Connection):
    """The same, encrypted from the start."""

    def __init__(self, deadline: Deadline, *arguments: Any, **options: Any) -> None:
        self._limit = deadline
        smtplib.SMTP_SSL.__init__(self, *arguments, **options)


def _encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@contextmanager
def connect(settings: MailSettings, size: int) -> Iterator[Connection]:
    """Connect, encrypt and log in as the settings say, for a message of `size` bytes; raise what smtplib raises."""
    extra = size / MIN_BYTES_PER_SECOND
    deadline = Deadline(CONVERSATION_TIMEOUT + extra)
    server: Connection | None = None
    try:
        server = _open(settings, deadline)
        server.set_timeout(REPLY_TIMEOUT + extra)
        if settings.use_tls:
            server.starttls(context=ssl.create_default_context())
        if settings.username:
            server.login(settings.username, settings.password)
        yield server
    except Exception as error:
        # The rest of a reply that was cut off may look like another one.
        if deadline.is_over:
            raise TimeoutError(f"the server did not finish within {CONVERSATION_TIMEOUT + extra:.0f} s") from error
        raise
    finally:
        if server is not None:
            server.close()
        deadline.cancel()


def _open(settings: MailSettings, deadline: Deadline) -> Connection:
    where = (settings.server, settings.port)
    if settings.use_ssl:
        return EncryptedConnection(deadline, *where, timeout=GREETING_TIMEOUT, context=ssl.create_default_context())
    return Connection(deadline, *where, timeout=GREETING_TIMEOUT)
