"""The OpenAPI document, made from the operations that the application really has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from flask import Flask
from marshmallow import Schema, class_registry
from werkzeug.routing import Rule

from ..core.paging import LARGEST_ID
from .operation import Operation, View, guard_of, operation_of
from .schemas import Error

WRITING = frozenset({"POST", "PUT", "DELETE"})
# As in /api/users/<int:user_id>
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
METHODS = ("GET", "POST", "PUT", "DELETE")
ABOUT = """\
Everything that the pages can do with accounts, posts and messages, for programs.

A token is shown in each request as `Authorization: Bearer …`. `POST /api/tokens` gives one for an hour; the page
“Tokens for programs” makes some that last. A log-in of the browser does not count here.

Lists come as `items` with `_meta` and `_links`: follow `_links.next` until it is null. Every answer with a status of
400 or more is an object with `error`, the status by name, and where there is more to say `message`.
Times are ISO 8601 with their offset from UTC. Fields that a body has beyond those named here are left alone."""
PLACES = {
    "user_id": "The id of an account.",
    "post_id": "The id of a post.",
    "message_id": "The id of a message.",
}
MEANINGS = {
    HTTPStatus.BAD_REQUEST: "What was sent cannot be used; the message says why.",
    HTTPStatus.UNAUTHORIZED: "What was shown to get in is missing, wrong, ended or revoked.",
    HTTPStatus.FORBIDDEN: "Not allowed.",
    HTTPStatus.NOT_FOUND: "Not there, or not yours to see.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than this appliance accepts.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not JSON.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many tries; Retry-After says how many seconds to wait.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Busy, or not set up yet: try again in a moment.",
    HTTPStatus.INSUFFICIENT_STORAGE: "The storage is full; nothing was changed.",
}


def make_document(app: Flask, version: str) -> dict[str, Any]:
    """The document of every operation of the application."""
    # Imported here: it is needed once, if anybody asks at all.
    from apispec import APISpec  # noqa: PLC0415  see above
    from apispec.ext.marshmallow import MarshmallowPlugin  # noqa: PLC0415  see above

    spec = APISpec(
        "Microblog",
        version,
        "3.1.0",
        plugins=[MarshmallowPlugin(schema_name_resolver=_name_of)],
        info={"description": ABOUT, "license": {"name": "MIT", "identifier": "MIT"}},
        servers=[{"url": "/"}],
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme("password", {"type": "http", "scheme": "basic"})
    for rule, method, view, described in operations(app):
        spec.path(_path(rule), operations={method.lower(): _entry(rule, method, view, described)})
    return spec.to_dict()


def operations(app: Flask) -> Iterator[tuple[Rule, str, View, Operation]]:
    """Every operation with its rule and method, in the order in which features are registered."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        described = operation_of(view)
        for method in METHODS if described else ():
            if described and method in (rule.methods or ()):
                yield rule, method, view, described


def _name_of(schema: type[Schema] | Schema | str) -> str:
    found = class_registry.get_class(schema) if isinstance(schema, str) else schema
    kind = found if isinstance(found, type) else type(found)
    return kind.__name__.removesuffix("Shape")


def _path(rule: Rule) -> str:
    return ARGUMENT.sub(r"{\1}", rule.rule)


def _entry(rule: Rule, method: str, view: View, described: Operation) -> dict[str, Any]:
    summary, _, more = (view.__doc__ or "").strip().partition("\n")
    scheme = guard_of(view)
    entry = {
        "operationId": rule.endpoint.replace(".", "_"),
        "tags": [view.__module__.split(".")[-2].capitalize()],
        "summary": summary,
        "description": " ".join(more.split()),
        "security": [{scheme: []}] if scheme else [],
        "parameters": [*_places(rule), *_parameters(described)],
        "requestBody": _content(described.body) | {"required": True} if described.body else None,
        "responses": _answers(rule, method, described, scheme),
    }
    return {name: value for name, value in entry.items() if value or name == "security"}


def _places(rule: Rule) -> list[dict[str, Any]]:
    schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
    return [
        {"in": "path", "name": name, "required": True, "description": PLACES[name], "schema": schema}
        for name in sorted(rule.arguments)
    ]


def _parameters(described: Operation) -> list[dict[str, Any]]:
    given = {"query": described.query, "header": described.headers}
    return [{"in": place, "schema": schema} for place, schema in given.items() if schema]


def _content(schema: Schema | type[Schema]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _answers(rule: Rule, method: str, described: Operation, scheme: str | None) -> dict[str, Any]:
    success: dict[str, Any] = {"description": HTTPStatus(described.status).phrase}
    if described.answer:
        success |= _content(described.answer)
    if described.status == HTTPStatus.CREATED:
        success["headers"] = {"Location": _header("Where it is from now on.", {"format": "uri-reference"})}
    answers = {str(int(described.status)): success}
    for status in sorted(_possible_errors(rule, method, described, scheme)):
        answers[str(int(status))] = {"description": MEANINGS[HTTPStatus(status)], **_content(Error)}
    if scheme:
        answers["401"]["headers"] = {"WWW-Authenticate": _header("What has to be shown.", {})}
    return answers


def _header(description: str, more: dict[str, str]) -> dict[str, Any]:
    return {"required": True, "description": description, "schema": {"type": "string", **more}}


def _possible_errors(rule: Rule, method: str, described: Operation, scheme: str | None) -> set[int]:
    errors: set[int] = set(described.errors) | {HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE}
    if scheme:
        errors.add(HTTPStatus.UNAUTHORIZED)
    if rule.arguments:
        errors.add(HTTPStatus.NOT_FOUND)
    if method in WRITING:
        errors.add(HTTPStatus.INSUFFICIENT_STORAGE)
    if described.body or described.headers:
        errors.add(HTTPStatus.BAD_REQUEST)
    if described.body:
        errors |= {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE}
    return errors
