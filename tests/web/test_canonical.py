"""Addresses that are tried on any site: a slash at the end, the icon, robots.txt, the page for another password."""

from __future__ import annotations

import struct
from urllib.parse import unquote

import pytest
from page import PageClient
from test_access import ROUTES, Access

PAGES = [
    route for route in ROUTES
    # /index is another address of the front page; programs get 404 as JSON.
    if route.method == "GET" and route.rule not in ("/", "/index") and not route.rule.endswith("<path:filename>")
    and not route.rule.startswith("/api/")
]  # fmt: skip


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.rule)
def test_a_slash_at_the_end_redirects_to_the_page(client: PageClient, route: Access) -> None:
    path, _, query = route.url.partition("?")
    for method in ("GET", "HEAD"):
        answer = client.open(f"{path}/?{query}" if query else f"{path}/", method=method)
        assert (answer.status_code, answer.location) == (308, route.url)


@pytest.mark.parametrize(
    "path",
    [
        "/no/such/page/",
        "//evil.example/",
        "///evil.example/",
        "//evil.example/%2f..",
        "/%2f/evil.example/",
        "/\\evil.example/",
        "/%5cevil.example/",
        "/post/none/",
        "/follow/alice/",
    ],
)
def test_an_address_that_leads_nowhere_is_not_redirected(client: PageClient, path: str) -> None:
    # Set by itself, because the client takes what follows two slashes for a host.
    answer = client.get("/", environ_overrides={"PATH_INFO": unquote(path)})
    assert answer.status_code in (404, 405)
    assert "Location" not in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_only_looks_are_redirected(client: PageClient, method: str) -> None:
    assert client.open("/explore/", method=method).status_code in (404, 405)


def test_the_query_and_odd_names_survive(client: PageClient) -> None:
    assert client.get("/search/?q=a%26b&x=%C3%A9").location == "/search?q=a%26b&x=%C3%A9"
    assert client.get("/user/%C3%A9%20b/").location == "/user/%C3%A9%20b"
    assert client.get("/user/alice//").location == "/user/alice"


def test_the_icon_is_a_real_one(client: PageClient) -> None:
    answer = client.get("/favicon.ico")
    assert answer.mimetype == "image/vnd.microsoft.icon"
    assert struct.unpack("<HHH", answer.data[:6]) == (0, 1, 3)
    assert len(answer.data) < 10_000


def test_robots_stay_out(client: PageClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert answer.text.splitlines() == ["User-agent: *", "Disallow: /"]


def test_password_managers_find_the_page_for_another_password(alice: PageClient) -> None:
    assert alice.get("/.well-known/change-password").location == "/auth/password"
