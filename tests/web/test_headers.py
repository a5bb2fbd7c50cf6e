"""Headers that keep browsers from doing what the pages did not ask for."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from dataclasses import replace

import pytest
from flask import Flask, request
from page import Page, PageClient
from people import PASSWORD, People

from app.core.config import Settings
from app.web.security import HEADERS
from app.web.static_files import StaticFiles

ADDRESSES = ["/auth/login", "/index", "/no/such/page", "/livez", "/readyz", StaticFiles().url("icon.svg")]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_has_them(client: PageClient, address: str) -> None:
    answer = client.get(address)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_the_policy_allows_nothing_that_the_pages_do_not_use() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_pages_are_not_kept_by_browsers_and_files_with_a_mark_are(alice: PageClient) -> None:
    answer = alice.get("/index")
    assert answer.headers["Cache-Control"] == "no-store"
    files = [tag["href"] for tag in Page(answer.text).all("link") if "static" in tag.get("href", "")]
    files += [tag["src"] for tag in Page(answer.text).all("script")]
    assert len(files) > 5
    for address in files:
        kept = alice.get(address)
        assert kept.status_code == 200, address
        assert "immutable" in kept.headers["Cache-Control"], address


@pytest.mark.parametrize(
    "address", [*ADDRESSES, "/user/alice/avatar.svg", "/api/users", StaticFiles().url("js/main.js")]
)
def test_what_a_text_is_written_in_is_said_and_no_other_site_may_read_it(
    people: People, client: PageClient, address: str
) -> None:
    answer = client.get(address, headers={"Origin": "https://evil.example"} | people.program("alice"))
    kind = answer.headers["Content-Type"]
    assert kind == "application/json" or kind.endswith("; charset=utf-8")
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_logging_out_clears_what_the_browser_keeps(alice: PageClient) -> None:
    answer = alice.send("/auth/logout", form_at="/index")
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    assert "Clear-Site-Data" not in alice.get("/auth/login").headers


def test_cookies_are_signed_by_sha_256(app: Flask, client: PageClient, people: People) -> None:
    client.get("/auth/login")
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name)
    assert cookie is not None
    signature = cookie.value.rpartition(".")[2]
    assert len(urlsafe_b64decode(signature + "==")) == 32
    client.set_cookie(name, cookie.value[:-4] + "AAAA")
    data = {"csrf_token": "forged", "username": "alice", "password": PASSWORD}
    assert client.post("/auth/login", data=data).status_code == 400


def test_a_token_of_one_browser_is_good_for_no_other(app: Flask, people: People) -> None:
    mine, theirs = PageClient(app), PageClient(app)
    theirs.get("/auth/login")
    data = {"csrf_token": mine.token("/auth/login"), "username": "alice", "password": PASSWORD}
    assert theirs.post("/auth/login", data=data).status_code == 400


@pytest.mark.parametrize(("hops", "expected"), [(0, "127.0.0.1"), (1, "192.0.2.7")])
def test_the_visitors_address_is_taken_from_the_proxy_only_behind_one(
    settings: Settings, make_app, hops: int, expected: str
) -> None:
    app: Flask = make_app(replace(settings, proxy_hops=hops))
    People(app).settle()
    seen = []

    @app.before_request
    def note() -> None:
        seen.append(request.remote_addr)

    PageClient(app).get("/auth/login", headers={"X-Forwarded-For": "203.0.113.9, 192.0.2.7"})
    assert seen == [expected]
