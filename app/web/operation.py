"""What one operation of the API takes and gives, said once: it checks requests, shapes answers and is the document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from flask import current_app, jsonify, request
from flask_babel import gettext
from marshmallow import Schema, ValidationError
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from ..core.errors import Conflict, Invalid
from .forms import told

View = Callable[..., Any]
# Kept in the views' own dictionaries, which functools.wraps hands on to whatever is wrapped around them.
OPERATION, GUARD = "microblog_operation", "microblog_guard"


@dataclass(frozen=True)
class Operation:
    """What a view takes (as `query`, `headers`, `body`) and what it answers."""

    answer: Schema | None
    status: int
    query: Schema | None
    headers: Schema | None
    body: Schema | None
    errors: frozenset[int]

    def load(self) -> dict[str, dict[str, Any]]:
        """What the running request sent, checked; raises BadRequest."""
        loaded = {}
        if self.query:
            loaded["query"] = _checked(self.query, request.args.to_dict())
        if self.headers:
            loaded["headers"] = _checked(self.headers, dict(request.headers))
        if self.body:
            loaded["body"] = _checked(self.body, _json_object())
        return loaded

    def response(self, value: Any) -> Response:
        """The answer for what the view gave."""
        made = value if isinstance(value, Made) else Made(value)
        if self.answer is None:
            response = current_app.response_class(status=self.status)
            del response.headers["Content-Type"]
        else:
            response = jsonify(self.answer.dump(made.value))
            response.status_code = self.status
        if made.location:
            response.headers["Location"] = made.location
        return response


@dataclass(frozen=True)
class Made:
    """What a view made, and where it is from now on."""

    value: Any
    location: str = ""


def operation(
    *,
    answer: type[Schema] | None = None,
    status: int = HTTPStatus.OK,
    query: type[Schema] | None = None,
    headers: type[Schema] | None = None,
    body: type[Schema] | None = None,
    errors: tuple[int, ...] = (),
    allow: Callable[..., None] | None = None,
) -> Callable[[View], View]:
    """Make a view an operation of the API: it gets what was sent as keywords and returns what is to be shown.

    A rule that it breaks (Invalid, Conflict) is a bad request, as upstream has it. `errors` are statuses beyond those
    that follow from the rest: app/web/openapi.py has them. `allow` gets the view's own arguments and raises Forbidden
    before anything else is looked at.
    """
    described = Operation(
        answer() if answer else None,
        status,
        query() if query else None,
        headers() if headers else None,
        body() if body else None,
        frozenset(errors),
    )

    def decorate(view: View) -> View:
        @wraps(view)
        def run(*arguments: Any, **values: Any) -> Response:
            if allow:
                allow(*arguments, **values)
            try:
                return described.response(view(*arguments, **values, **described.load()))
            except (Invalid, Conflict) as error:
                raise BadRequest(told(error)) from error

        vars(run)[OPERATION] = described
        return run

    return decorate


def operation_of(view: View) -> Operation | None:
    """What a view was declared to take and give."""
    return cast(Operation | None, vars(view).get(OPERATION))


def guard_of(view: View) -> str | None:
    """The name of the security scheme that a view is behind."""
    return cast(str | None, vars(view).get(GUARD))


def note_guard(view: View, scheme: str) -> None:
    """Let the document know that a view is behind a security scheme."""
    vars(view)[GUARD] = scheme


def _json_object() -> Mapping[str, Any]:
    try:
        body = request.get_json()
    except RecursionError as error:
        raise BadRequest(gettext("The body is nested too deeply.")) from error
    if not isinstance(body, dict):
        raise BadRequest(gettext("The body must be a JSON object."))
    return body


def _checked(schema: Schema, given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return cast(dict[str, Any], schema.load(given))
    except ValidationError as error:
        problems = error.messages_dict
        told_all = [str(text).replace("%(name)s", name) for name, texts in problems.items() for text in texts]
        raise BadRequest(" ".join(told_all)) from error
