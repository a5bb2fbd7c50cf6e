"""The OpenAPI document as a reader wants it: by subject, with examples and lines to try."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.paging import LARGEST_ID

# What stands for a value of which the document has no example of its own.
SAMPLES: dict[str, Any] = {"integer": 1, "number": 0.5, "boolean": True, "string": "…", "null": None}
FORMATS = {
    "date-time": "2026-05-01T12:30:00+00:00",
    "uri": "https://pi.local/user/bob/avatar.svg",
    "uri-reference": "/api/…",
}
BOUNDS = {
    "minimum": "from {}",
    "maximum": "to {}",
    "minLength": "at least {} long",
    "maxLength": "at most {} long",
    "default": "else {}",
}

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Value:
    """A parameter, or a field of a body."""

    name: str
    place: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True)
class Entry:
    """An operation."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    guard: str
    values: list[Value]
    status: str
    answer: str
    errors: list[tuple[str, str]]
    command: str


@dataclass(frozen=True)
class Section:
    """The operations of one subject."""

    title: str
    entries: list[Entry] = field(default_factory=list)


def sections(document: Document) -> list[Section]:
    """The subjects of the document in its order."""
    found: dict[str, Section] = {}
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            title = described["tags"][0]
            found.setdefault(title, Section(title)).entries.append(_entry(document, method.upper(), path, described))
    return list(found.values())


def _entry(document: Document, method: str, path: str, described: Mapping[str, Any]) -> Entry:
    answers = described["responses"]
    status = min(answers)
    guard = next(iter(described["security"][0])) if described["security"] else ""
    return Entry(
        anchor=described["operationId"],
        method=method,
        path=path,
        summary=described["summary"],
        description=described.get("description", ""),
        guard=guard,
        values=[*_parameters(described), *_fields(document, described)],
        status=f"{status} {answers[status]['description']}",
        answer=_shown(document, answers[status]),
        errors=[(code, answer["description"]) for code, answer in answers.items() if code >= "400"],
        command=_command(document, method, path, described, guard),
    )


def _parameters(described: Mapping[str, Any]) -> Iterator[Value]:
    for each in described.get("parameters", ()):
        yield Value(
            each["name"], each["in"], _kind(each["schema"]), each.get("required", False), each.get("description", "")
        )


def _fields(document: Document, described: Mapping[str, Any]) -> Iterator[Value]:
    if "requestBody" in described:
        schema = _resolved(document, _schema(described["requestBody"]))
        for name, each in schema["properties"].items():
            yield Value(name, "body", _kind(each), name in schema.get("required", ()), each.get("description", ""))


def _kind(schema: Mapping[str, Any]) -> str:
    """The type in words, with what bounds it; the largest id that there can be says nothing to a reader."""
    bounds = [word.format(schema[key]) for key, word in BOUNDS.items() if schema.get(key, "") not in ("", LARGEST_ID)]
    return ", ".join([str(schema.get("type", "")), *bounds])


def _schema(part: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = part["content"]["application/json"]["schema"]
    return found


def _resolved(document: Document, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"][name] if name else schema


def _sample(document: Document, schema: Mapping[str, Any]) -> Any:
    """A value as the schema describes it."""
    found = _resolved(document, schema)
    if found.get("examples"):
        return found["examples"][0]
    if "properties" in found:
        return {name: _sample(document, each) for name, each in found["properties"].items()}
    if "items" in found:
        return [_sample(document, found["items"])]
    kinds = found.get("type", "null")
    kind = kinds if isinstance(kinds, str) else kinds[-1]
    return FORMATS.get(found.get("format", ""), SAMPLES[kind]) if kind == "string" else SAMPLES[kind]


def _shown(document: Document, answer: Mapping[str, Any]) -> str:
    if "content" not in answer:
        return ""
    return json.dumps(_sample(document, _schema(answer)), ensure_ascii=False, indent=2)


def _command(document: Document, method: str, path: str, described: Mapping[str, Any], guard: str) -> str:
    """A line for the shell that does it."""
    address = path
    for each in described.get("parameters", ()):
        if each["in"] == "path":
            address = address.replace(f"{{{each['name']}}}", "1")
        elif each.get("required"):
            address += f"?{each['name']}={each['schema']['examples'][0]}"
    parts = ["curl", {"token": '-H "Authorization: Bearer $TOKEN"', "password": "-u alice"}.get(guard, "")]
    parts += [f"-X {method}"] if method != "GET" else []
    if "requestBody" in described:
        body = json.dumps(_sample(document, _schema(described["requestBody"])), ensure_ascii=False)
        parts += [f"--json '{body}'"]
    return " ".join(part for part in [*parts, f'"$SITE{address}"'] if part)
