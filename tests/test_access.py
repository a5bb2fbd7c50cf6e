"""Every route against a visitor, the owner and a stranger; every form against forgery; every GET against writing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import databases
import pytest
from flask import Flask
from page import PageClient
from people import PASSWORD, People
from statements import Statements

from app.core.config import Settings

HOME, PROFILE, LOGIN = "/index", "/user/alice", "/auth/login"
BOB = "/admin/people/2"


@dataclass(frozen=True)
class Access:
    """One route: an address of it, and what a visitor, alice (whose things they are) and charlie are answered."""

    method: str
    rule: str
    visitor: int
    owner: int
    stranger: int
    address: str = ""
    leads_to: str = ""

    @property
    def url(self) -> str:
        return self.address or self.rule


ROUTES = [
    Access("GET", "/", 302, 200, 200),
    Access("POST", "/", 302, 302, 302),
    Access("GET", "/index", 302, 200, 200),
    Access("POST", "/index", 302, 302, 302),
    Access("GET", "/explore", 302, 200, 200),
    Access("GET", "/post/<int:post_id>", 302, 200, 200, "/post/1"),
    Access("GET", "/post/<int:post_id>/delete", 302, 200, 404, "/post/1/delete"),
    Access("POST", "/post/<int:post_id>/delete", 302, 302, 404, "/post/1/delete"),
    Access("GET", "/user/<username>", 302, 200, 200, PROFILE),
    Access("GET", "/user/<username>/popup", 302, 200, 200, "/user/alice/popup"),
    Access("GET", "/user/<username>/avatar.svg", 200, 200, 200, "/user/alice/avatar.svg"),
    Access("POST", "/translate", 302, 404, 404),  # no translator is set here; tests/translating has who may do what
    Access("GET", "/search", 302, 200, 200, "/search?q=words"),
    Access("GET", "/trust", 200, 200, 200),
    Access("GET", "/auth/login", 200, 302, 302),
    Access("POST", "/auth/login", 302, 302, 302),
    Access("GET", "/auth/register", 200, 302, 302),
    Access("POST", "/auth/register", 302, 302, 302),
    Access("GET", "/auth/register/<token>", 422, 302, 302, "/auth/register/forged"),
    Access("POST", "/auth/register/<token>", 422, 302, 302, "/auth/register/forged"),
    Access("GET", "/invite/<token>", 422, 302, 302, "/invite/forged"),
    Access("POST", "/invite/<token>", 422, 302, 302, "/invite/forged"),
    Access("POST", "/auth/logout", 302, 302, 302),
    Access("GET", "/auth/login/code", 302, 302, 302),
    Access("POST", "/auth/login/code", 302, 302, 302),
    Access("GET", "/auth/second_factor", 302, 200, 200),
    Access("POST", "/auth/second_factor", 302, 422, 422),  # without password and code; tests/second_factor has the rest
    Access("GET", "/auth/email", 302, 200, 200),
    Access("POST", "/auth/email", 302, 302, 302),
    Access("GET", "/auth/email/<token>", 422, 422, 422, "/auth/email/forged"),
    Access("POST", "/auth/email/<token>", 422, 422, 422, "/auth/email/forged"),
    Access("POST", "/auth/email_change/cancel", 302, 302, 302),
    Access("GET", "/auth/email_change/cancel/<token>", 422, 422, 422, "/auth/email_change/cancel/forged"),
    Access("POST", "/auth/email_change/cancel/<token>", 422, 422, 422, "/auth/email_change/cancel/forged"),
    Access("GET", "/auth/security", 302, 200, 200),
    Access("POST", "/auth/sessions/<int:session_id>/end", 302, 404, 404, "/auth/sessions/9/end"),
    Access("POST", "/auth/sessions/end", 302, 302, 302),
    Access("GET", "/messages", 302, 200, 200),
    Access("GET", "/messages/sent", 302, 200, 200),
    Access("GET", "/messages/search", 302, 200, 200, "/messages/search?q=words"),
    Access("GET", "/messages/with/<username>", 302, 200, 200, "/messages/with/bob"),
    Access("GET", "/send_message/<recipient>", 302, 200, 200, "/send_message/bob"),
    Access("POST", "/send_message/<recipient>", 302, 302, 302, "/send_message/bob"),
    Access("GET", "/notifications", 401, 200, 200),
    Access("GET", "/auth/reset_password_request", 200, 302, 302),
    Access("POST", "/auth/reset_password_request", 422, 302, 302),  # no mail server is set here
    Access("GET", "/auth/reset_password/<token>", 422, 422, 422, "/auth/reset_password/forged"),
    Access("POST", "/auth/reset_password/<token>", 422, 422, 422, "/auth/reset_password/forged"),
    Access("GET", "/user/<username>/recovery_link", 302, 200, 404, "/user/bob/recovery_link"),
    Access("POST", "/user/<username>/recovery_link", 302, 200, 404, "/user/bob/recovery_link"),
    Access("GET", "/admin/events", 302, 200, 404),
    Access("GET", "/admin/health", 302, 200, 404),
    Access("GET", "/admin/health/progress", 302, 200, 404),
    # Where the database is on a server, backups are made there.
    Access("POST", "/admin/health/backup", 302, 404 if databases.chosen() else 302, 404),
    Access("GET", "/admin/health/old/<name>", 302, 404, 404, "/admin/health/old/nothing"),
    Access("POST", "/admin/health/old/<name>", 302, 404, 404, "/admin/health/old/nothing"),
    Access("POST", "/admin/health/jobs/drop", 302, 302, 404),
    Access("POST", "/admin/health/jobs/retry", 302, 302, 404),
    Access("GET", "/admin/invitations", 302, 200, 404),
    Access("POST", "/admin/invitations", 302, 200, 404),
    Access("POST", "/admin/invitations/<int:invitation_id>/revoke", 302, 404, 404, "/admin/invitations/9/revoke"),
    Access("GET", "/admin/people", 302, 200, 404),
    # Bob, who is neither suspended nor waiting; tests/administration has what comes of each.
    Access("GET", "/admin/people/<int:user_id>", 302, 200, 404, BOB),
    Access("POST", "/admin/people/<int:user_id>/approve", 302, 302, 404, BOB + "/approve"),
    Access("POST", "/admin/people/<int:user_id>/resume", 302, 302, 404, BOB + "/resume"),
    Access("GET", "/admin/people/<int:user_id>/refuse", 302, 200, 404, BOB + "/refuse"),
    Access("POST", "/admin/people/<int:user_id>/refuse", 302, 302, 404, BOB + "/refuse"),
    Access("GET", "/admin/people/<int:user_id>/suspend", 302, 200, 404, BOB + "/suspend"),
    Access("POST", "/admin/people/<int:user_id>/suspend", 302, 302, 404, BOB + "/suspend"),
    Access("GET", "/admin/people/<int:user_id>/promote", 302, 200, 404, BOB + "/promote"),
    Access("POST", "/admin/people/<int:user_id>/promote", 302, 302, 404, BOB + "/promote"),
    Access("GET", "/admin/people/<int:user_id>/demote", 302, 200, 404, BOB + "/demote"),
    Access("POST", "/admin/people/<int:user_id>/demote", 302, 302, 404, BOB + "/demote"),
    Access("GET", "/admin/people/<int:user_id>/second_factor", 302, 200, 404, f"{BOB}/second_factor"),
    Access("POST", "/admin/people/<int:user_id>/second_factor", 302, 302, 404, f"{BOB}/second_factor"),
    Access("GET", "/admin/people/<int:user_id>/delete", 302, 200, 404, BOB + "/delete"),
    Access("POST", "/admin/people/<int:user_id>/delete", 302, 302, 404, BOB + "/delete"),
    Access("GET", "/exports", 302, 200, 200),
    Access("POST", "/export_posts", 302, 302, 302),
    Access("GET", "/exports/<int:export_id>", 302, 404, 404, "/exports/1"),
    Access("GET", "/auth/tokens", 302, 200, 200),
    Access("POST", "/auth/tokens", 302, 200, 200),
    Access("POST", "/auth/tokens/<int:token_id>/revoke", 302, 404, 404, "/auth/tokens/1/revoke"),
    # A log-in of the browser does not count in the API; the tests of each feature's API have who may do what there.
    Access("POST", "/api/tokens", 401, 401, 401),
    Access("DELETE", "/api/tokens", 401, 401, 401),
    Access("GET", "/api/users", 401, 401, 401),
    Access("POST", "/api/users", 415, 415, 415),
    Access("GET", "/api/users/<int:user_id>", 401, 401, 401, "/api/users/1"),
    Access("GET", "/api/users/me", 401, 401, 401),
    Access("PUT", "/api/users/<int:user_id>", 401, 401, 401, "/api/users/1"),
    Access("GET", "/api/users/<int:user_id>/followers", 401, 401, 401, "/api/users/1/followers"),
    Access("GET", "/api/users/<int:user_id>/following", 401, 401, 401, "/api/users/1/following"),
    Access("GET", "/api/users/<int:user_id>/follow", 401, 401, 401, "/api/users/1/follow"),
    Access("PUT", "/api/users/<int:user_id>/follow", 401, 401, 401, "/api/users/1/follow"),
    Access("DELETE", "/api/users/<int:user_id>/follow", 401, 401, 401, "/api/users/1/follow"),
    Access("GET", "/api/posts", 401, 401, 401),
    Access("POST", "/api/posts", 401, 401, 401),
    Access("GET", "/api/posts/<int:post_id>", 401, 401, 401, "/api/posts/1"),
    Access("DELETE", "/api/posts/<int:post_id>", 401, 401, 401, "/api/posts/1"),
    Access("GET", "/api/users/<int:user_id>/posts", 401, 401, 401, "/api/users/1/posts"),
    Access("GET", "/api/timelines/home", 401, 401, 401),
    Access("GET", "/api/search", 401, 401, 401, "/api/search?q=words"),
    Access("GET", "/api/messages", 401, 401, 401),
    Access("POST", "/api/messages", 401, 401, 401),
    Access("GET", "/api/messages/sent", 401, 401, 401),
    Access("GET", "/api/messages/with/<int:user_id>", 401, 401, 401, "/api/messages/with/2"),
    Access("GET", "/api/messages/<int:message_id>", 401, 401, 401, "/api/messages/1"),
    Access("POST", "/api/messages/read", 401, 401, 401),
    Access("GET", "/api/notifications", 401, 401, 401),
    # What the API is, is no secret.
    Access("GET", "/api/openapi.json", 200, 200, 200),
    Access("GET", "/api/docs", 200, 200, 200),
    Access("GET", "/edit_profile", 302, 200, 200),
    Access("POST", "/edit_profile", 302, 302, 302),
    Access("GET", "/preferences", 302, 200, 200),
    Access("POST", "/preferences", 302, 302, 302),
    Access("GET", "/auth/password", 302, 200, 200),
    Access("GET", "/.well-known/change-password", 302, 302, 302),
    Access("GET", "/favicon.ico", 200, 200, 200),
    Access("GET", "/robots.txt", 200, 200, 200),
    Access("POST", "/auth/password", 302, 302, 302),
    Access("GET", "/setup", 404, 404, 404),
    Access("POST", "/setup", 404, 404, 404),
    Access("POST", "/follow/<username>", 302, 422, 302, "/follow/alice"),
    Access("POST", "/unfollow/<username>", 302, 422, 302, "/unfollow/alice"),
    Access("GET", "/livez", 200, 200, 200),
    Access("GET", "/readyz", 503, 503, 503),  # no worker runs here
]
FORMS = {
    "/admin/invitations": {"uses": "1", "days": "7", "note": "a letter"},
    "/admin/people/<int:user_id>/delete": {"name": "bob"},
    "/": {"post": "a new post"},
    "/index": {"post": "a new post"},
    "/send_message/<recipient>": {"message": "a new message"},
    "/auth/tokens": {"name": "a script"},
    "/preferences": {"language": "es", "time_zone": "Europe/Madrid"},
    "/edit_profile": {"username": "another-name", "about_me": "new"},
    "/auth/password": {"password_now": PASSWORD, "password": "another password", "password2": "another password"},
    "/auth/email": {"email": "new@example.org", "password_now": PASSWORD},
    "/auth/login": {"username": "bob", "password": PASSWORD},
    "/auth/register": {
        "username": "dora", "email": "dora@example.org", "password": PASSWORD, "password2": PASSWORD
    },
}  # fmt: skip
POSTS = [
    route for route in ROUTES
    if route.method == "POST" and route.rule != "/setup" and not route.rule.startswith("/api/")
]  # fmt: skip
# Logging out leads to the log-in page whoever does it.
OPEN_FORMS = (
    "/auth/login",
    "/auth/login/code",
    "/auth/logout",
    "/auth/register",
    "/auth/register/<token>",
    "/invite/<token>",
)
PROTECTED = [route for route in ROUTES if route.visitor == 302 and route.rule not in OPEN_FORMS]
# Not reachable for anybody here, with or without a token; tests of these features have their forms.
RECOVERY = (
    "/auth/reset_password_request",
    "/auth/reset_password/<token>",
    "/invite/<token>",
    "/auth/register/<token>",
    "/auth/login/code",
    "/auth/email/<token>",
    "/auth/email_change/cancel/<token>",
)
FOR_ADMINISTRATORS = ("/admin/", "/user/<username>/recovery_link")
PAGES = [route for route in ROUTES if route.method == "GET"]
FORMS_ALONE = [route for route in POSTS if route.rule not in {page.rule for page in PAGES}]


def named(route: Access) -> str:
    return f"{route.method} {route.rule}"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Everybody may make an account."""
    return replace(settings, registration="open")


@pytest.fixture
def post(people: People) -> int:
    """What alice wrote."""
    return people.post("alice", "words that alice wrote")


def send(client: PageClient, route: Access) -> int:
    if route.method == "GET":
        return client.get(route.url).status_code
    token = client.token("/auth/login")
    return client.open(
        route.url, method=route.method, data={"csrf_token": token, **FORMS.get(route.rule, {})}
    ).status_code


def test_the_table_has_every_route(app: Flask) -> None:
    there = {(method, rule.rule) for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    there = {(method, rule) for method, rule in there if method not in ("HEAD", "OPTIONS")}
    assert there == {(route.method, route.rule) for route in ROUTES}


@pytest.mark.usefixtures("post")
@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_a_visitor_is_answered_as_the_table_says(client: PageClient, route: Access) -> None:
    assert send(client, route) == route.visitor


@pytest.mark.usefixtures("post")
@pytest.mark.parametrize("route", PROTECTED, ids=named)
def test_a_visitor_is_led_to_the_log_in_page_and_back(client: PageClient, route: Access) -> None:
    answer = client.open(route.url, method=route.method)
    assert answer.location.startswith("/auth/login?next=%2F")


@pytest.mark.usefixtures("post")
@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_the_owner_is_answered_as_the_table_says(alice: PageClient, route: Access) -> None:
    assert send(alice, route) == route.owner


@pytest.mark.usefixtures("post")
@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_a_stranger_is_answered_as_the_table_says(charlie: PageClient, route: Access) -> None:
    assert send(charlie, route) == route.stranger


@pytest.mark.parametrize("token", [None, "", "forged", "IjEi.forged.forged"])
@pytest.mark.parametrize("route", [route for route in POSTS if route.rule not in RECOVERY], ids=named)
def test_a_form_without_its_token_is_refused_and_changes_nothing(
    app: Flask, people: People, statements: Statements, route: Access, token: str | None
) -> None:
    people.post("charlie", "what is to stay")
    sender = "alice" if route.rule.startswith(FOR_ADMINISTRATORS) else "charlie"
    client = PageClient(app) if route.rule in ("/auth/login", "/auth/register") else people.browser(sender)
    client.get("/auth/login")
    data = FORMS.get(route.rule, {}) | ({} if token is None else {"csrf_token": token})
    with statements:
        assert client.post(route.url, data=data).status_code == 400
    assert not statements.writes
    if "post" in data:
        assert "a new post" in client.post(route.url, data=data).text, "what was typed is still there"
    logged_in = client.get("/explore").status_code == 200
    assert logged_in is (route.rule not in ("/auth/login", "/auth/register"))


@pytest.mark.usefixtures("post")
@pytest.mark.parametrize("route", PAGES, ids=named)
@pytest.mark.parametrize("name", ["", "alice"])
def test_a_page_that_is_only_looked_at_changes_nothing(
    app: Flask, people: People, statements: Statements, route: Access, name: str
) -> None:
    client = people.browser(name) if name else PageClient(app)
    with statements:
        client.get(route.url)
    assert not statements.writes


@pytest.mark.parametrize("route", FORMS_ALONE, ids=named)
def test_what_is_for_forms_alone_does_not_answer_a_mere_look(alice: PageClient, route: Access) -> None:
    answer = alice.get(route.url)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
