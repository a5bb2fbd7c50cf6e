"""Requests whose forms keep bytes that are no UTF-8 recognisable, so that a rule can refuse them."""

from __future__ import annotations

from typing import IO, Any
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.formparser import FormDataParser


class MarkingFormParser(FormDataParser):
    """Reads such bytes as U+FFFD, as multipart forms are read anyway.

    Left to the library, an escaped byte stays in the text as %E9, and an unescaped one empties the whole form.
    """

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> tuple[IO[bytes], Any, Any]:
        """The stream, the fields and the files of a form."""
        if mimetype != "application/x-www-form-urlencoded":
            return super().parse(stream, mimetype, content_length, options)
        body = stream.read().decode(errors="replace")
        return stream, self.cls(parse_qsl(body, keep_blank_values=True, errors="replace")), self.cls()


class MarkingRequest(Request):
    """A request with such a parser."""

    form_data_parser_class = MarkingFormParser
