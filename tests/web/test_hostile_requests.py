"""No request is expensive: hostile texts as large as a body may be, sent to every route that the URL map has."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page import Page
from people import PASSWORD, People
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import IntegerConverter, Rule
from werkzeug.test import TestResponse

from app.core.config import Settings
from app.web.operation import Operation, operation_of
from app.web.request import MAX_FORM_FIELDS, MAX_HEADER_LENGTH
from app.web.security import LARGEST_BODY

CPU_SECONDS = 0.25
TRIES = 3
BODY = LARGEST_BODY - 4096
ADDRESS = 2048
ACUTE, DOT_BELOW = "\N{COMBINING ACUTE ACCENT}", "\N{COMBINING DOT BELOW}"
# What is repeated until the size is reached.
UNITS = {
    "alternating marks": ACUTE + DOT_BELOW,
    "decomposed marks": "\u0f73\uff9e",
    "jamo": "\u1100",
    "families": "\U0001f468\u200d\U0001f469\u200d",
    "at signs": "@",
    "hashes": "#",
    "links": "http://",
    "brackets": "([{\"'<",
    "operators": 'OR -"a* from:',
    "digits": "9",
    "nul": "\0",
    "surrogates": "\ud800",
    "overrides": "\u202e",
    "addresses": "a@b.",
    "blanks": " \r\n",
    "escapes": "&<%2e%2e",
}
HEADERS = ("Accept", "Accept-Language", "Authorization", "Cookie", "If-None-Match", "If-Modified-Since", "Range")
HEADERS += ("X-Forwarded-For", "X-Forwarded-Host", "User-Agent", "Referer", "Origin", "Second-Factor-Code")
HEADERS += ("Idempotency-Key", "Content-Type", "Accept-Encoding")
HEADER_UNITS = ("a,", "a;q=0.1,", "a=b;", '"', "bytes=0-1,", "=", "1.", " ")
NOT_JSON = (
    "[" * BODY,
    '{"a":' * (BODY // 5),
    "9" * BODY,
    "0." + "1" * BODY,
    '{"a":1,' * (BODY // 7),
    "\ufeff" * 50_000,
)
read_keys: set[str] = set()


class RecordedFields(ImmutableMultiDict[str, str]):
    """Fields of a request that note which of them a route reads."""

    def getlist(self, key: str, *arguments: Any, **options: Any) -> Any:
        """As of any."""
        read_keys.add(key)
        return super().getlist(key, *arguments, **options)

    def get(self, key: str, *arguments: Any, **options: Any) -> Any:
        """As of any."""
        read_keys.add(key)
        return super().get(key, *arguments, **options)

    def __contains__(self, key: object) -> bool:
        read_keys.add(str(key))
        return super().__contains__(key)


def hostile(unit: str, size: int) -> str:
    """Return a text of at most `size` bytes."""
    return "a" + unit * ((size - 1) // len(unit.encode(errors="surrogatepass")))


def encoded(name: str, text: str) -> bytes:
    """Return a field of a form with as little escaped as is possible."""
    value = text.encode(errors="surrogatepass")
    for character in b"%&+":
        value = value.replace(bytes([character]), b"%%%02X" % character)
    return name.encode() + b"=" + value[:BODY]


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield every route with each of its methods."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def path_of(rule: Rule, text: str) -> str:
    """Return the address of a route, with `text` wherever it takes one."""
    integers = {name for name in rule.arguments if isinstance(rule._converters[name], IntegerConverter)}
    values = {name: 2 if name in integers else text for name in rule.arguments}
    built = rule.build(values)
    assert built is not None
    return built[1]


def within_bounds(what: str, send: Callable[..., TestResponse], *arguments: Any, **options: Any) -> TestResponse:
    """Send a request, again if it took long, because other programs may have slowed it down."""
    spent = []
    for _ in range(TRIES):
        begun = time.process_time()
        # Read to its end, which closes the file that a static answer comes from.
        answer = send(*arguments, buffered=True, **options)
        spent.append(time.process_time() - begun)
        # Nothing is ready here, because no worker runs.
        assert answer.status_code < 500 or answer.request.path == "/readyz", f"{what}: {answer.status}"
        if spent[-1] <= CPU_SECONDS:
            return answer
    pytest.fail(f"{what}: {spent} s of CPU ({answer.status})")


class Visitor:
    """Sends requests as somebody who is logged in, or as nobody."""

    def __init__(self, app: Flask, people: People, name: str) -> None:
        self._app, self._people, self._name = app, people, name

    def client(self) -> FlaskClient:
        """Return a client, which is logged in, and logged in again for each route."""
        client = self._app.test_client()
        with client.session_transaction() as session:
            if self._name:
                session["_user_id"], session["_fresh"] = self._people.log_in(self._name), True
        return client

    def headers(self) -> dict[str, str]:
        """Return what a program shows."""
        return self._people.program(self._name) if self._name else {}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Let everybody register, so that no form is closed."""
    return replace(settings, registration="open")


@pytest.fixture
def recorded(app: Flask) -> Flask:
    """Let requests note which fields are read; a log-in of its own for each request, however many."""

    class Recording(app.request_class):  # type: ignore[name-defined,misc]
        parameter_storage_class = RecordedFields

    app.request_class = Recording
    return app


@pytest.fixture(params=["", "alice"], ids=["anonymous", "administrator"])
def visitor(request: pytest.FixtureRequest, recorded: Flask, people: People) -> Visitor:
    """Nobody, or an administrator."""
    return Visitor(recorded, people, request.param)


def csrf_token(client: FlaskClient) -> str:
    """Return the token of every form of this client's session."""
    return Page(client.get("/auth/login", follow_redirects=True).text).value_of("csrf_token")


def fields_read(send: Callable[..., TestResponse], *arguments: Any, **options: Any) -> list[str]:
    """Return the names of the fields that a route reads."""
    read_keys.clear()
    send(*arguments, buffered=True, **options)
    return sorted(read_keys)


def test_forms_with_hostile_fields_are_cheap(recorded: Flask, visitor: Visitor) -> None:
    options = {"content_type": "application/x-www-form-urlencoded"}
    for rule, method in routes(recorded):
        if method != "POST" or operation_of(recorded.view_functions[rule.endpoint]):
            continue
        path, client = path_of(rule, "bob"), visitor.client()
        token = b"csrf_token=" + csrf_token(client).encode()
        names = fields_read(client.post, path, data=token, **options)
        for kind, unit in UNITS.items() if names else ():
            text = hostile(unit, BODY // len(names))
            # A text in place of the token, and in all fields that are read once the token is right.
            fields = [encoded(name, text) for name in names if name != "csrf_token"] or [encoded("csrf_token", text)]
            body = b"&".join([*fields, token] if len(names) > 1 else fields)
            within_bounds(f"{path} {names}: {kind}", client.post, path, data=body, **options)


def test_addresses_and_queries_with_hostile_texts_are_cheap(recorded: Flask, visitor: Visitor) -> None:
    for rule, method in routes(recorded):
        path, client, headers = path_of(rule, "bob"), visitor.client(), visitor.headers()
        names = fields_read(client.get, path, headers=headers) if method == "GET" else []
        described = operation_of(recorded.view_functions[rule.endpoint])
        if described and described.query:
            names = sorted(described.query.fields)
        for kind, unit in UNITS.items() if names or "bob" in path else ():
            text = quote(hostile(unit, ADDRESS).encode(errors="surrogatepass"), safe="")
            query = "&".join(f"{name}={text[: 7800 // len(names)]}" for name in names)
            address = f"{path.replace('bob', text[:7800])}?{query}"
            within_bounds(f"{path} by {kind}", client.open, address, method=method, headers=headers)


def test_bodies_of_the_api_with_hostile_texts_are_cheap(recorded: Flask, visitor: Visitor) -> None:
    for rule, method in routes(recorded):
        described: Operation | None = operation_of(recorded.view_functions[rule.endpoint])
        if described is None or described.body is None:
            continue
        path, client, headers = path_of(rule, "bob"), visitor.client(), visitor.headers()
        good = {"username": "dora", "email": "d@example.org", "password": PASSWORD, "recipient": 3, "body": "hello"}
        bodies = {f"nonsense {number}": text for number, text in enumerate(NOT_JSON)}
        for name in described.body.fields:
            for kind, unit in UNITS.items():
                bodies[f"{name}: {kind}"] = json.dumps(good | {name: hostile(unit, BODY // 6)})
                if kind not in ("nul", "surrogates", "blanks", "brackets", "operators"):
                    bodies[f"{name}: {kind}, raw"] = json.dumps(good | {name: hostile(unit, BODY)}, ensure_ascii=False)
        for what, body in bodies.items():
            options = {"content_type": "application/json", "headers": headers}
            within_bounds(f"{path} {what}", client.open, path, method=method, data=body[:BODY], **options)


@pytest.mark.parametrize("unit", HEADER_UNITS)
def test_hostile_headers_are_cheap(recorded: Flask, visitor: Visitor, unit: str) -> None:
    client = visitor.client()
    long, longest = hostile(unit, MAX_HEADER_LENGTH - 1), hostile(unit, 90 * 8190)
    paths = {path_of(rule, "bob") for rule, method in routes(recorded) if method == "GET"}
    for number, path in enumerate(sorted(paths)):
        name, other = HEADERS[number % len(HEADERS)], HEADERS[(number + 1) % len(HEADERS)]
        within_bounds(f"{path} {name}, {other}", client.get, path, headers={name: long, other: long})
    for name in HEADERS:
        for path in ("/auth/login", "/explore", "/api/tokens"):
            within_bounds(f"{path} {name}", client.get, path, headers={name: long})
            within_bounds(f"{path} {name}, endless", client.get, path, headers={name: longest})


@pytest.mark.parametrize("separator", [b"&", b"=&", b"a&", b"a=b&", b"%"])
def test_forms_of_many_fields_are_refused(recorded: Flask, people: People, separator: bytes) -> None:
    client = Visitor(recorded, people, "").client()
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=a"):
        body = separator * (BODY // len(separator))
        within_bounds(f"{separator!r} {kind}", client.post, "/auth/login", data=body, content_type=kind)


def test_number_of_form_fields_is_bounded(recorded: Flask, people: People) -> None:
    client = Visitor(recorded, people, "").client()
    for count, status in ((MAX_FORM_FIELDS, 400), (MAX_FORM_FIELDS + 1, 413)):
        fields = {f"field{number}": "a" for number in range(count)}
        assert client.post("/auth/login", data=fields).status_code == status
        parts = client.post("/auth/login", data=fields, content_type="multipart/form-data")
        assert parts.status_code == status


@pytest.mark.parametrize(
    "unit", [b"\r", b"\n", b"--a", b"\r\n--a\r\n", b"\r\n--a\r\nContent-Disposition: form-data; name=a\r\n\r\n"]
)
def test_hostile_multipart_bodies_are_cheap(recorded: Flask, people: People, unit: bytes) -> None:
    client = Visitor(recorded, people, "").client()
    body = b"--a\r\nContent-Disposition: form-data; name=username\r\n\r\n" + unit * (BODY // len(unit))
    options = {"content_type": "multipart/form-data; boundary=a"}
    within_bounds(repr(unit), client.post, "/auth/login", data=body, **options)


def test_large_heads_are_refused_with_their_own_status(client: FlaskClient) -> None:
    assert client.get("/auth/login", headers={"X-Anything": "a" * 40_000}).status_code == 431
    assert client.get("/auth/login", headers={f"X-{n}": "a" * 4000 for n in range(10)}).status_code == 431
    assert client.get("/auth/login?next=" + "a" * 9000).status_code == 414
    assert client.get("/user/" + "a" * 9000).status_code == 414


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
def test_accepted_hostile_texts_are_cheap_to_write_index_and_show(
    app: Flask, people: People, work: Callable[[], None], unit: str
) -> None:
    client, headers = Visitor(app, people, "bob").client(), people.program("bob")
    texts = [text for size in (100, 279, 2000, 4400) if (text := hostile(unit, size))]
    accepted = [
        text for text in texts if client.post("/api/posts", json={"body": text}, headers=headers).status_code == 201
    ]
    for text in accepted[:1] * 24 + accepted:
        within_bounds("write", client.post, "/api/posts", json={"body": text}, headers=headers)
    begun = time.process_time()
    work()
    assert time.process_time() - begun < CPU_SECONDS * 8
    for path in ("/explore", "/user/bob", "/post/1", "/search?q=a*&sort=new", "/api/posts?per_page=25"):
        if accepted:
            within_bounds(path, client.get, path, headers=headers)
