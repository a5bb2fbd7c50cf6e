"""A WSGI application whose answers a test can compute, served by gunicorn with our settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

MEBIBYTE = 2**20
PATTERN = bytes(range(256)) * (MEBIBYTE // 256)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer /memory/N, /stream/N and /file/PATH with so much, /ignore without reading, anything else with its body."""
    kind, _, rest = environ["PATH_INFO"][1:].partition("/")
    if kind == "file":
        return _file(environ, start_response, Path("/", rest))
    if kind == "memory":
        body = [PATTERN * int(rest)]
    elif kind == "stream":
        body = [PATTERN] * int(rest)
    elif kind == "ignore":
        body = [b"ignored"]
    else:
        body = [environ["REQUEST_METHOD"].encode() + b" " + environ["wsgi.input"].read()]
    start_response("200 OK", [("Content-Length", str(sum(map(len, body))))])
    return iter(body)


def _file(environ: dict[str, Any], start_response: Callable[..., Any], path: Path) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", str(path.stat().st_size))])
    wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](path.open("rb"))
    return wrapped
