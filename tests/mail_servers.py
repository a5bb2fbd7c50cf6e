"""Mail servers that misbehave: each step of the conversation can be refused, left without an answer, or dripped."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

from app.core.mail_settings import MailSettings

Answer = Callable[[socket.socket], None]


def say(text: str) -> Answer:
    """Answer with this line."""
    return lambda connection: connection.sendall(f"{text}\r\n".encode())


def hang(_connection: socket.socket) -> None:
    """Say nothing until the other side ends the connection."""


def drip(connection: socket.socket) -> None:
    """Say a byte from time to time, for ever."""
    while True:
        connection.sendall(b"2")
        threading.Event().wait(0.05)


def end(connection: socket.socket) -> None:
    """End the connection without a word."""
    connection.shutdown(socket.SHUT_RDWR)


class MailServer:
    """A server that answers each command as told; use it as a context manager.

    `answers` by command: CONNECT, EHLO, MAIL, RCPT, DATA, BODY, QUIT; what is missing goes well.
    """

    def __init__(self, **answers: Answer) -> None:
        self.answers = answers
        # How many connections there were, and the recipients of what was accepted.
        self.connections = 0
        self.accepted: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []

    def __enter__(self) -> MailServer:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        for connection in self._open:
            connection.close()

    @property
    def settings(self) -> MailSettings:
        """Settings by which the appliance finds it."""
        return MailSettings("127.0.0.1", self._listener.getsockname()[1], sender="microblog@example.org")

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        try:
            self._answer(connection, "CONNECT", "220 ready")
            recipient = ""
            with connection.makefile("rb") as lines:
                for line in lines:
                    command = line[:4].decode().strip().upper()
                    recipient = line.decode().partition("<")[2].partition(">")[0] if command == "RCPT" else recipient
                    self._answer(connection, command, "354 go on" if command == "DATA" else "250 ok")
                    if command == "DATA" and "DATA" not in self.answers:
                        while lines.readline() not in (b".\r\n", b""):
                            pass
                        if "BODY" not in self.answers:
                            self.accepted.append(recipient)
                        self._answer(connection, "BODY", "250 taken")
        except OSError:
            pass

    def _answer(self, connection: socket.socket, step: str, usual: str) -> None:
        self.answers.get(step, say(usual))(connection)
