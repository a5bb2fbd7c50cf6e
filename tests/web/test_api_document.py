"""The document of the API: it has every operation, is valid, cheap to ask for again, and readable as a page."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from page import Page, PageClient
from people import People
from statements import Statements

from app.messages import models as messages
from app.posts import models as posts
from app.web.reference import with_code
from app.web.schemas import MARK_LENGTH


@pytest.fixture
def document(people: People, client: PageClient) -> dict[str, Any]:
    """The document as a program gets it."""
    return client.get("/api/openapi.json").get_json()


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): described
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    }


def test_every_route_of_the_api_is_in_the_document_and_nothing_else(app: Flask, document: dict[str, Any]) -> None:
    there = {
        (method, rule.rule.replace("<int:", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/")
    }
    assert there - {("GET", "/api/openapi.json"), ("GET", "/api/docs")} == operations(document).keys()


def test_every_operation_says_what_it_does_who_may_and_what_it_answers(document: dict[str, Any]) -> None:
    found = operations(document)
    assert len({each["operationId"] for each in found.values()}) == len(found)
    for described in found.values():
        assert described["summary"].endswith(".")
        assert {"500", "503"} < described["responses"].keys()
        assert ("401" in described["responses"]) is bool(described["security"])
    assert [name for name, each in found.items() if not each["security"]] == [("POST", "/api/users")]


def test_every_part_that_is_referred_to_is_there_and_every_part_is_referred_to(document: dict[str, Any]) -> None:
    referred = set()

    def look(part: object) -> None:
        if isinstance(part, dict):
            referred.update([part["$ref"].rpartition("/")[2]] if "$ref" in part else [])
            part = list(part.values())
        for each in part if isinstance(part, list) else []:
            look(each)

    look(document)
    assert referred == document["components"]["schemas"].keys()


def test_its_schemas_are_schemas_and_its_examples_fit_them(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)
        for described in schema["properties"].values():
            for example in described.get("examples", ()):
                assert jsonschema_rs.is_valid(described, example), described


def test_a_mark_is_as_long_as_its_columns() -> None:
    assert MARK_LENGTH == posts.SUBMISSION_LENGTH == messages.SUBMISSION_LENGTH


def test_asking_again_costs_little(people: People, client: PageClient, statements: Statements) -> None:
    answer = client.get("/api/openapi.json")
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "no-cache"
    with statements:
        again = client.get("/api/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data, statements.seen) == (304, b"", [])


@pytest.mark.parametrize("name", ["", "alice"])
def test_the_page_has_every_operation_with_a_line_to_try(
    people: People, document: dict[str, Any], client: PageClient, name: str
) -> None:
    page = (people.browser(name) if name else client).page("/api/docs")
    lines, unspaced = page.text, "".join(page.text.split())
    for (method, path), described in operations(document).items():
        assert "".join(f"{method}{path}{described['summary']}".replace("`", "").split()) in unspaced
    assert (
        """curl -H "Authorization: Bearer $TOKEN" -X POST --json '{"body": "Hello, everybody!"}' "$SITE/api/posts\""""
        in lines
    )
    assert """curl -u alice -X POST "$SITE/api/tokens\"""" in lines
    assert '"$SITE/api/search?q=apples"' in lines
    assert {"id": "posts_api_create", "class": "operation"} in page.all("details")


def test_the_page_has_the_frame_of_the_site_and_leads_to_the_tokens(alice: PageClient, people: People) -> None:
    people.write("bob", "alice", "hello")
    page = alice.page("/api/docs")
    assert page.all("body")[0]["data-person"] == "alice"
    assert "/auth/tokens" in [link.get("href") for link in page.all("a")]
    assert "1 unread" in page.text
    assert "/api/docs" in [link.get("href") for link in alice.page("/auth/tokens").all("a")]


def test_the_frame_speaks_the_readers_language_and_the_document_says_that_it_is_english(
    people: People, client: PageClient
) -> None:
    page = Page(client.get("/api/docs", headers={"Accept-Language": "es"}).text)
    assert page.headings == ["API para programas"]
    assert [each["lang"] for each in page.all("div") if "lang" in each] == ["en"]


def test_code_in_a_text_is_code_and_markup_is_text() -> None:
    assert with_code("a `<b>` & c") == "a <code>&lt;b&gt;</code> &amp; c"


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [("GET", "/api", 404), ("GET", "/api/", 404), ("GET", "/api/nothing", 404), ("POST", "/api/docs", 405),
     ("PUT", "/api/openapi.json", 405), ("PATCH", "/api/posts", 405), ("GET", "/api/posts/one", 404),
     ("GET", "/api/posts/1/", 404)],
)  # fmt: skip
def test_every_error_beside_the_operations_is_json_too(
    people: People, client: PageClient, method: str, address: str, status: int
) -> None:
    answer = client.open(address, method=method, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    assert answer.get_json()["error"]


def test_an_error_that_nobody_foresaw_is_json(people: People, client: PageClient, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("app.tokens.api.queries.find_token", fail)
    answer = client.get("/api/posts", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.get_json()) == (500, {"error": "Internal Server Error"})


def test_before_anybody_has_set_it_up_programs_are_told_and_people_are_led(app: Flask, client: PageClient) -> None:
    answer = client.get("/api/users")
    assert (answer.status_code, answer.get_json()["error"]) == (503, "Service Unavailable")
    assert "browser" in answer.get_json()["message"]
    assert client.get("/api/docs").location == "/setup"
