"""Asks a service by HTTP, with JSON there and back, within a limit of time and of size."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import SHUT_RDWR, socket
from typing import Any
from urllib.parse import urlsplit

from ..core.text import printable
from .interface import TranslatorUnavailable

CONNECT_SECONDS = 3.0
LIMIT_SECONDS = 10.0
LARGEST_ANSWER = 256 * 1024
LONGEST_REASON = 200


@dataclass(frozen=True)
class Answer:
    """What the service answered; `content` is None if it was no JSON."""

    status: int
    content: Any
    retry_after: int | None = None


@dataclass(frozen=True)
class JsonService:
    """A service at an address; it gets `limit` seconds for each question, however slowly it answers."""

    url: str
    limit: float = LIMIT_SECONDS

    def post(self, path: str, content: object, headers: dict[str, str] | None = None) -> Answer:
        """What the service answers to this; raises TranslatorUnavailable if that is nothing, too late or too much.

        Redirections are answers, not followed: they would carry the text and the key to somebody else.
        """
        body = json.dumps(content).encode()
        headers = {"Content-Type": "application/json; charset=UTF-8", "Accept": "application/json", **(headers or {})}
        address = urlsplit(self.url)
        connection = self._connection()
        try:
            connection.connect()
            connection.sock.settimeout(self.limit)
            with _ended_after(self.limit, connection.sock):
                connection.request("POST", address.path.rstrip("/") + path, body, headers)
                with connection.getresponse() as response:
                    return _read(response)
        except (OSError, HTTPException, ValueError) as error:
            # Only the kind of error: its text may hold what was sent.
            raise TranslatorUnavailable(f"{address.netloc} does not answer ({type(error).__name__})") from error
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        address = urlsplit(self.url)
        host = address.hostname or ""
        if address.scheme == "https":
            return HTTPSConnection(host, address.port, timeout=CONNECT_SECONDS, context=ssl.create_default_context())
        return HTTPConnection(host, address.port, timeout=CONNECT_SECONDS)


@contextmanager
def _ended_after(seconds: float, connection: socket) -> Iterator[None]:
    """End the conversation when its time is over: a time-out of the socket begins anew with every byte."""
    timer = threading.Timer(seconds, _end, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _end(connection: socket) -> None:
    with suppress(OSError):
        connection.shutdown(SHUT_RDWR)


def _read(response: HTTPResponse) -> Answer:
    body = response.read(LARGEST_ANSWER + 1)
    if len(body) > LARGEST_ANSWER:
        raise ValueError("too large")
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        content = None
    return Answer(response.status, content, _seconds(response.headers.get("Retry-After", "")))


def _seconds(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def text_of(value: object) -> str:
    """A text in an answer, as it can be shown and stored; empty if it is none."""
    return printable(value).strip() if isinstance(value, str) else ""


def reason(service: str, answer: Answer, message: object, key: str) -> str:
    """For the log: what the service said about its refusal, on one line, short, and never with the key in it."""
    said = " ".join(text_of(message).split())
    said = (said.replace(key, "…") if key else said)[:LONGEST_REASON]
    return f"{service} answers {answer.status}" + (f": {said}" if said else "")
