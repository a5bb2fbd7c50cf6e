"""Once means once: a form that is sent twice is acted on once and answered alike, also when both come together."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from page import Page, PageClient
from people import PASSWORD, People
from statements import Statements
from test_access import FORMS, POSTS, Access, named
from werkzeug.test import TestResponse

from app.accounts.queries import find_user
from app.core.config import Settings
from app.core.database import db, transaction
from app.invitations.service import create_invitation
from app.tokens.models import Token
from app.web.once import KEEP_SECONDS, MAX_ANSWERS, Answers

REGISTRATION = {"username": "dora", "email": "dora@example.org", "password": PASSWORD, "password2": PASSWORD}
SUCCEEDING = [
    route
    for route in POSTS
    if (route.owner < 400 or route.rule == "/auth/register")
    and not route.rule.startswith(("/auth/log", "/auth/sessions"))
]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Let everybody make an account."""
    return replace(settings, registration="open")


def filled(client: PageClient, fields: dict[str, str]) -> dict[str, str]:
    """Return the fields of a form as a page has them, with its token and its key."""
    page = Page(client.get("/auth/login", follow_redirects=True).text)
    hidden = {name: page.value_of(name) for name in ("csrf_token", "idempotency_key")}
    return hidden | fields


def content(answer: TestResponse) -> tuple[int, str | None, str]:
    """Return what an answer says, without the token that each page has of its own."""
    return answer.status_code, answer.location, answer.text


def send_together(client: PageClient, app: Flask, url: str, data: dict[str, str], times: int = 2) -> list[TestResponse]:
    """Send the same form at the same time, as browsers do on a double click."""
    cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in client._cookies.values())

    def send(_: int) -> TestResponse:
        return app.test_client(use_cookies=False).post(url, data=data, headers={"Cookie": cookies})

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(send, range(times)))


@pytest.mark.parametrize("route", SUCCEEDING, ids=named)
def test_form_sent_again_gets_the_first_answer_and_writes_nothing(
    app: Flask, people: People, statements: Statements, route: Access
) -> None:
    people.post("alice", "words that alice wrote")
    client = PageClient(app) if route.rule == "/auth/register" else people.browser("alice")
    data = filled(client, FORMS.get(route.rule, {}))
    first = client.post(route.url, data=data)
    assert first.status_code < 400
    with statements:
        assert content(client.post(route.url, data=data)) == content(first)
    assert not statements.writes


@pytest.mark.parametrize("route", SUCCEEDING, ids=named)
def test_forms_sent_together_get_one_answer(app: Flask, people: People, route: Access) -> None:
    people.post("alice", "words that alice wrote")
    client = PageClient(app) if route.rule == "/auth/register" else people.browser("alice")
    data = filled(client, FORMS.get(route.rule, {}))
    first, second = send_together(client, app, route.url, data)
    assert first.status_code < 400
    assert content(first) == content(second)


def test_invitation_for_one_is_accepted_once_by_two_clicks(app: Flask, people: People) -> None:
    with app.app_context(), transaction():
        token = create_invitation(None, 1, None, "")
    client = PageClient(app)
    answers = send_together(client, app, f"/invite/{token}", filled(client, REGISTRATION), 3)
    assert {answer.status_code for answer in answers} == {302}
    with app.app_context():
        assert find_user("dora") is not None
    assert people.count_users() == 4


def test_every_form_of_every_page_has_a_key_of_its_own(alice: PageClient, people: People) -> None:
    people.post("alice", "words")
    for path in (
        "/index",
        "/user/bob",
        "/auth/tokens",
        "/auth/security",
        "/admin/invitations",
        "/admin/health",
        "/exports",
    ):
        page = alice.page(path)
        forms = [form for form in page.all("form") if form.get("method") == "post"]
        keys = [field["value"] for field in page.all("input") if field.get("name") == "idempotency_key"]
        assert len(forms) == len(keys) == len(set(keys))
        assert all(re.fullmatch(r"[\w-]{16,64}", key) for key in keys)


def test_other_content_or_another_key_is_another_submission(app: Flask, alice: PageClient) -> None:
    data = filled(alice, {"name": "a script"})
    alice.post("/auth/tokens", data=data)
    alice.post("/auth/tokens", data=data | {"name": "another"})
    alice.post("/auth/tokens", data=filled(alice, {"name": "a script"}))
    with app.app_context():
        assert db.session.query(Token).count() == 3


def test_secret_is_repeated_to_the_same_log_in_alone(app: Flask, people: People, alice: PageClient) -> None:
    data = filled(alice, {"name": "a script"})
    secret = alice.post("/auth/tokens", data=data).text
    assert alice.post("/auth/tokens", data=data).text == secret
    assert people.browser("alice").post("/auth/tokens", data=data).status_code == 400
    assert people.browser("bob").post("/auth/tokens", data=data).status_code == 400
    cookie = alice._cookies.copy()
    assert alice.send("/auth/logout", form_at="/auth/tokens").status_code == 302
    alice._cookies.update(cookie)
    assert alice.post("/auth/tokens", data=data).status_code == 302, "the log-in has ended"


def test_refused_form_can_be_sent_again(alice: PageClient) -> None:
    data = filled(alice, {"name": ""})
    assert alice.post("/auth/tokens", data=data).status_code == 422
    assert alice.post("/auth/tokens", data=data).status_code == 422
    assert alice.post("/auth/tokens", data=data | {"name": "a script"}).status_code == 200


def test_answers_are_forgotten_by_age_and_number() -> None:
    now = [0.0]
    answers = Answers(lambda: now[0])
    assert [answers.begin("a")[1], answers.begin("a")[1]] == [True, False]
    now[0] = KEEP_SECONDS + 1
    assert answers.begin("a")[1]
    for number in range(MAX_ANSWERS):
        answers.begin(str(number))
    assert len(answers._answers) <= MAX_ANSWERS
    assert answers.begin("a")[1]
