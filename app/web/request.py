"""Requests that cost little to read: heads and forms are bounded, and bytes that are no UTF-8 stay recognisable."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import IO, Any
from urllib.parse import parse_qsl

from flask import Flask, Request, abort, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from .once import init_once

# Of one header, or several of the same name together; gunicorn bounds each line alone (deploy/gunicorn.conf.py).
MAX_HEADER_LENGTH = 8190
# Of all headers together: a browser sends about 2,000 characters.
MAX_HEADERS_LENGTH = 32_768
# Of the path and of the query string.
MAX_ADDRESS_LENGTH = 8190
# The largest form of this application has 12.
MAX_FORM_FIELDS = 100
REFUSED = "microblog.refused_head"
ADDRESS = ("PATH_INFO", "QUERY_STRING")

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Any], Iterable[bytes]]


class MarkingFormParser(FormDataParser):
    """Reads such bytes as U+FFFD, as multipart forms are read anyway.

    Left to the library, an escaped byte stays in the text as %E9, and an unescaped one empties the whole form.
    """

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> tuple[IO[bytes], Any, Any]:
        """The stream, the fields and the files of a form; raises RequestEntityTooLarge for too many fields."""
        if mimetype != "application/x-www-form-urlencoded":
            return super().parse(stream, mimetype, content_length, options)
        body = stream.read().decode(errors="replace")
        try:
            fields = parse_qsl(body, keep_blank_values=True, errors="replace", max_num_fields=MAX_FORM_FIELDS)
        except ValueError as error:
            raise RequestEntityTooLarge from error
        return stream, self.cls(fields), self.cls()


class MarkingRequest(Request):
    """A request with such a parser."""

    form_data_parser_class = MarkingFormParser


def init_request(app: Flask) -> None:
    """Refuse requests with a large head or form before anything parses them, and act on a form once.

    The last of an application's parts, so that it is around everything that reads a request's head.
    """
    init_once(app)
    app.request_class = MarkingRequest
    app.config["MAX_FORM_PARTS"] = MAX_FORM_FIELDS
    app.wsgi_app = _bound_head(app.wsgi_app)  # type: ignore[method-assign,assignment]
    app.before_request_funcs.setdefault(None, []).insert(0, _refuse_large_head)


def _bound_head(wsgi_app: WsgiApp) -> WsgiApp:
    """Empty what is too long in a request's head, and note the status that the request is refused with."""

    def bounded(environ: Environ, start_response: Any) -> Iterable[bytes]:
        for name in ADDRESS:
            if len(environ.get(name, "")) > MAX_ADDRESS_LENGTH:
                environ[name] = ""
                environ[REFUSED] = HTTPStatus.REQUEST_URI_TOO_LONG
        headers = {name: len(value) for name, value in environ.items() if name.startswith("HTTP_")}
        too_many = sum(headers.values()) > MAX_HEADERS_LENGTH
        for name, length in headers.items():
            if length > MAX_HEADER_LENGTH or (too_many and name != "HTTP_HOST"):
                environ[name] = ""
                environ[REFUSED] = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        return wsgi_app(environ, start_response)

    return bounded


def _refuse_large_head() -> None:
    if status := request.environ.get(REFUSED):
        abort(status)
