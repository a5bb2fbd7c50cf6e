"""Services that translate, on this machine: they answer as the documents of the real ones say, or in some way badly."""

from __future__ import annotations

import json
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "0123456789abcdef-the-key"
REGION = "westeurope"
KNOWN = {"en", "es", "fr", "de"}
LIMIT_SECONDS = 60
Reply = tuple[int, object]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
# What a service in trouble says, all at once or by and by without an end.
SAID = {
    "close": b"",
    "huge": HEAD + b"\r\n" + b" " * 2**20 + b"{}",
    "break off": HEAD + b'Content-Length: 4000\r\n\r\n{"translatedText": "half',
    "no HTTP": b"220 mail.example.org ESMTP\r\n",
}
DRIPPED = {"drip": (HEAD, b"X-More: and more\r\n"), "drip the body": (HEAD + b"\r\n", b" ")}


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    query: dict[str, list[str]]
    headers: Message
    body: Any


def translated(text: str, target: str) -> str:
    """What the services make of a text."""
    return f"{text} [{target}]"


class Service:
    """A server; use it as a context manager. What it does badly is set by `trouble`, what it answers by `reply`."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.trouble = ""
        self.reply: tuple[int, bytes, dict[str, str]] | None = None
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._scheme, host = ("https", "localhost") if tls else ("http", "127.0.0.1")
        self._host = f"{host}:{self._server.server_port}"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)

    @property
    def address(self) -> str:
        """Where it is."""
        return f"{self._scheme}://{self._host}"

    def __enter__(self) -> Service:
        threading.Thread(target=self._server.serve_forever, args=[0.05], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, asked: Asked) -> Reply:
        """Status and content, as the real service has them."""
        raise NotImplementedError

    def behave_badly(self, handler: BaseHTTPRequestHandler) -> None:
        """Do what `trouble` says."""
        if self.trouble in SAID:
            handler.wfile.write(SAID[self.trouble])
        elif self.trouble in DRIPPED:
            start, drop = DRIPPED[self.trouble]
            handler.wfile.write(start)
            while not self._over.wait(0.02):
                handler.wfile.write(drop)
        else:
            assert self.trouble == "hang"
            self._over.wait(LIMIT_SECONDS)


class LibreTranslateService(Service):
    """LibreTranslate with keys switched on."""

    def answer(self, asked: Asked) -> Reply:
        if asked.path != "/translate":
            return 404, {"error": "Not found"}
        if asked.body.get("api_key") != KEY:
            return 403, {"error": f"Invalid API key: {asked.body.get('api_key')}"}
        if not asked.body.get("q") or asked.body.get("format") != "text":
            return 400, {"error": "Invalid request: missing parameter"}
        for language in (asked.body.get("source"), asked.body.get("target")):
            if language not in KNOWN | {"zh", "nb"}:
                return 400, {"error": f"{language} is not supported"}
        return 200, {"translatedText": translated(asked.body["q"], asked.body["target"])}


class MicrosoftService(Service):
    """Version 3 of Microsoft's."""

    def answer(self, asked: Asked) -> Reply:
        if asked.path != "/translate":
            return 404, {"error": {"code": 404000, "message": "The requested resource was not found."}}
        given = asked.headers["Ocp-Apim-Subscription-Key"]
        if given != KEY or asked.headers["Ocp-Apim-Subscription-Region"] != REGION:
            message = f"The request is not authorized because credentials are missing or invalid: {given}"
            return 401, {"error": {"code": 401000, "message": message}}
        if asked.query.get("api-version") != ["3.0"]:
            return 400, {"error": {"code": 400021, "message": "The API version parameter is missing or invalid."}}
        for number, name in ((400035, "from"), (400036, "to")):
            language = asked.query.get(name, [""])
            if len(language) != 1 or language[0] not in KNOWN | {"zh-Hans", "nb"}:
                return 400, {"error": {"code": number, "message": f"The language ({name}) is not valid."}}
        target = asked.query["to"][0]
        texts = [translated(each["Text"], target) for each in asked.body]
        return 200, [{"translations": [{"text": text, "to": target}]} for text in texts]


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            address = urlsplit(self.path)
            assert self.headers.get_content_type() == "application/json"
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked = Asked(address.path, parse_qs(address.query, keep_blank_values=True), self.headers, body)
            service.asked.append(asked)
            self.close_connection = True
            if service.trouble:
                service.behave_badly(self)
                return
            status, content, headers = service.reply or _as_bytes(service.answer(asked))
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def handle(self) -> None:
            # The other end may have had enough.
            with suppress(ConnectionError):
                super().handle()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return Handler


def _as_bytes(reply: Reply) -> tuple[int, bytes, dict[str, str]]:
    return reply[0], json.dumps(reply[1]).encode(), {}
