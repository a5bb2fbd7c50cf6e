"""Every error is a page in the frame that says what is wrong and what to do."""

from __future__ import annotations

import logging
from http import HTTPStatus

import pytest
from flask import Flask, abort
from page import Page, PageClient
from people import People

from app.core.errors import (
    Busy,
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    StorageFailing,
    StorageFull,
)

ABORTS = [400, 403, 404, 405, 409, 413, 414, 415, 418, 422, 429, 431, 500, 501, 503]
DOMAIN = {
    NotFound(): 404,
    Forbidden(): 403,
    Conflict(): 409,
    Invalid("It is wrong."): 422,
    RateLimited(7): 429,
    Busy(): 503,
    StorageFailing(): 500,
    StorageFull(): 507,
}


class Unforeseen(Exception):
    """What nobody thought of; its text is for the log alone."""


@pytest.fixture
def broken(app: Flask) -> Flask:
    """The application with addresses that fail in every way."""

    @app.get("/fail/<int:status>")
    def fail(status: int) -> str:
        abort(status)

    @app.get("/raise/<name>")
    def raise_error(name: str) -> str:
        raise next(error for error in DOMAIN if type(error).__name__ == name)

    @app.get("/crash")
    def crash() -> str:
        raise Unforeseen("a secret of the program")

    return app


@pytest.mark.parametrize("status", ABORTS)
@pytest.mark.parametrize("name", ["", "alice"])
def test_every_status_is_a_page_that_says_what_to_do(broken: Flask, status: int, name: str) -> None:
    people = People(broken).settle()
    client = people.browser(name) if name else PageClient(broken)
    page = client.page(f"/fail/{status}", status)
    assert page.headings[0].strip()
    assert len(page.text) > 80
    assert any(link.get("href") == "/" for link in page.all("a")), "there is a way out"


@pytest.mark.parametrize("error", DOMAIN, ids=lambda error: type(error).__name__)
def test_an_error_of_a_rule_is_told_in_its_own_words(broken: Flask, error: DomainError) -> None:
    People(broken).settle()
    answer = PageClient(broken).get(f"/raise/{type(error).__name__}")
    assert answer.status_code == DOMAIN[error]
    assert error.message in Page(answer.text).text
    seconds = {RateLimited: "7", Busy: "2"}
    assert answer.headers.get("Retry-After") == seconds.get(type(error))


def test_an_unforeseen_error_is_logged_and_not_shown(broken: Flask, caplog) -> None:
    alice = People(broken).settle().browser("alice")
    with caplog.at_level(logging.ERROR):
        page = alice.page("/crash", 500)
    assert "a secret of the program" in caplog.text
    assert "secret" not in page.text
    assert "Unforeseen" not in page.text
    assert alice.get("/index").status_code == 200, "the next page works"


@pytest.mark.sqlite("a server that is away is in core/test_server_errors.py")
def test_the_page_of_a_broken_database_needs_no_database(app: Flask, alice: PageClient, settings, caplog) -> None:
    settings.database_path.write_bytes(b"this is no database" * 1000)
    for leftover in ("-wal", "-shm"):
        settings.data_dir.joinpath(f"app.db{leftover}").unlink(missing_ok=True)
    page = alice.page("/index", 500)
    assert "Something went wrong here" in page.headings[0]


@pytest.mark.parametrize(
    "address", ["/no/such/page", "/user/nobody", "/post/99", "/user/%00", "/static/../app.db", "/%FF"]
)
def test_what_is_not_there_is_a_page_too(alice: PageClient, address: str) -> None:
    assert "Nothing here" in alice.page(address, 404).headings[0]


@pytest.mark.parametrize(("method", "address"), [("DELETE", "/index"), ("PUT", "/user/bob"), ("POST", "/explore")])
def test_a_wrong_method_says_so_and_names_the_right_ones(alice: PageClient, method: str, address: str) -> None:
    answer = alice.open(address, method=method)
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "does not work this way" in answer.text


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("text/html;q=0.5, application/json", "application/json"),
        ("image/png", "application/json"),
        ("q=x;;;,", "application/json"),
    ],
)
def test_an_error_is_told_as_json_to_whoever_takes_that_as_gladly(
    broken: Flask, alice: PageClient, accept: str, mimetype: str
) -> None:
    for address, expected in (("/no/such/page", 404), ("/crash", 500), ("/fail/403", 403)):
        answer = alice.get(address, headers={"Accept": accept})
        assert (answer.status_code, answer.mimetype) == (expected, mimetype)
        if mimetype == "application/json":
            assert answer.get_json()["error"] == HTTPStatus(expected).phrase
