"""Elasticsearch as its vendor sets it up: over https by an authority of its own, and only for those whom it knows."""

from __future__ import annotations

import ssl
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from signing import Signer

REFUSAL = b'{"error": {"type": "security_exception", "reason": "missing authentication credentials"}, "status": 401}'
# What answers come with, beside their text; the client asks for the first before it believes anything.
HEADERS = ("X-Elastic-Product", "Content-Type")


class Guarded:
    """Hands requests on to the real server if they are made with this `Authorization`, and refuses others."""

    def __init__(self, url: str, authorization: str, folder: Path) -> None:
        signer = Signer(folder / "signer")
        signer.issue(folder / "issued", "localhost")
        self.authority = signer.roots
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(folder / "issued" / "fullchain.pem", folder / "issued" / "privkey.pem")
        self._server = GuardedServer(url, authorization)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    @property
    def url(self) -> str:
        """Its address; the certificate is for this name."""
        return f"https://localhost:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class GuardedServer(ThreadingHTTPServer):
    """The real server's address, and what opens the door."""

    def __init__(self, url: str, authorization: str) -> None:
        super().__init__(("127.0.0.1", 0), Guard)
        self.url, self.authorization = url, authorization

    def handle_error(self, *_: object) -> None:
        """Who does not trust the certificate hangs up; that is no error of ours."""


class Guard(BaseHTTPRequestHandler):
    """Looks who asks."""

    protocol_version = "HTTP/1.1"
    server: GuardedServer

    def _hand_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers["Authorization"] != self.server.authorization:
            self._answer(401, {"Content-Type": "application/json", "X-Elastic-Product": "Elasticsearch"}, REFUSAL)
            return
        passed = {name: self.headers[name] for name in ("Content-Type", "Accept") if name in self.headers}
        request = urllib.request.Request(self.server.url + self.path, body or None, passed, method=self.command)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                self._answer(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                self._answer(error.code, dict(error.headers), error.read())

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _hand_on  # noqa: N815  the library's names

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        known = {name.title(): value for name, value in headers.items()}
        self.send_response(status)
        for name in HEADERS:
            if name in known:
                self.send_header(name, known[name])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
