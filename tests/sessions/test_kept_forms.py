"""What somebody wrote while their log-in had ended is still there after logging in, without scripts."""

from __future__ import annotations

import hashlib
import re
import time
from html import unescape

import pytest
from flask import Flask
from page import Page, PageClient
from people import PASSWORD, People
from werkzeug.test import TestResponse

from app.accounts.queries import get_account
from app.core.database import db, transaction
from app.second_factor.models import SecondFactor
from app.second_factor.service import new_seed
from app.second_factor.totp import SECONDS, code_at, secret_of
from app.web import kept

TEXT = "a long thought\nin two lines & <b>marks</b> 🦄"
LONG = " ".join(hashlib.sha256(bytes([number])).hexdigest() for number in range(90))


def fields_of(page: Page) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    hidden = [each for each in page.all("input") if each.get("type") == "hidden"]
    return {each["name"]: each.get("value", "") for each in hidden}


def log_in(client: PageClient, answer: TestResponse, **more: str) -> TestResponse:
    """Fill in the log-in page that came back, and go where the browser is led."""
    page = Page(answer.text)
    action = next(form.get("action") for form in page.all("form") if form.get("method") == "post")
    action = action or f"{answer.request.path}?{answer.request.query_string.decode()}"
    data = fields_of(page) | {"username": "bob", "password": PASSWORD} | more
    return client.post(action, data=data, follow_redirects=True)


def is_kept(client: PageClient) -> bool:
    with client.session_transaction() as session:
        return kept.FIELD in session


def texts_in(answer: TestResponse) -> list[str]:
    found = re.findall(r"<textarea[^>]*>\n?(.*?)</textarea>", answer.text, re.DOTALL)
    return [unescape(text).replace("\r\n", "\n") for text in found]


@pytest.fixture
def visitor(app: Flask, people: People) -> PageClient:
    """Bob's browser, whose log-in has ended meanwhile."""
    return PageClient(app)


@pytest.mark.parametrize(
    ("address", "field"), [("/", "post"), ("/index", "post"), ("/send_message/charlie", "message")]
)
def test_text_is_shown_again_after_logging_in(people: People, visitor: PageClient, address: str, field: str) -> None:
    refused = visitor.post(address, data={field: TEXT, "submission": "a-mark"}, follow_redirects=True)
    assert refused.request.path == "/auth/login"
    answer = log_in(visitor, refused)
    assert (answer.status_code, answer.request.path) == (200, address)
    assert texts_in(answer) == [TEXT]
    assert texts_in(visitor.get(address)) == [""], "shown once"
    page = Page(answer.text)
    assert page.value_of("submission") == "a-mark", "sending it twice still makes one"
    assert people.count_posts() == 0, "nothing is sent by itself"
    data = {field: TEXT, "csrf_token": page.value_of("csrf_token"), "submission": "a-mark"}
    assert visitor.post(address, data=data).status_code == 302


def test_text_too_long_for_a_cookie_is_shown_again(visitor: PageClient) -> None:
    refused = visitor.post("/", data={"post": LONG})
    assert refused.status_code == 401
    page = Page(refused.text)
    data = fields_of(page) | {"username": "bob", "password": PASSWORD}
    led = visitor.post("/auth/login?next=%2F", data=data)
    # A browser sends the same fields again; the test's client would not.
    assert (led.status_code, led.location) == (307, "/")
    answer = visitor.post("/", data=data)
    assert (answer.status_code, texts_in(answer)) == (200, [LONG])


def test_text_outlives_a_wrong_password_and_the_second_step(app: Flask, visitor: PageClient) -> None:
    seed = new_seed()
    with app.app_context(), transaction():
        db.session.add(SecondFactor(user_id=get_account("bob").id, seed=seed))
    wrong = log_in(visitor, visitor.post("/", data={"post": TEXT}, follow_redirects=True), password="a wrong password")
    assert wrong.status_code == 422
    page = Page(wrong.text)
    data = fields_of(page) | {"username": "bob", "password": PASSWORD}
    asked = visitor.post("/auth/login?next=/", data=data, follow_redirects=True)
    assert asked.request.path == "/auth/login/code"
    secret = secret_of(app.config["SECRET_KEY"], seed)
    for code in ("000000", code_at(secret, int(time.time()) // SECONDS)):
        data = fields_of(Page(asked.text)) | {"code": code}
        asked = visitor.post("/auth/login/code?next=/", data=data, follow_redirects=True)
    assert (asked.status_code, asked.request.path, texts_in(asked)) == (200, "/", [TEXT])


def test_other_fields_of_a_form_are_kept_but_no_secret(visitor: PageClient) -> None:
    refused = visitor.post("/edit_profile", data={"username": "robert", "about_me": TEXT}, follow_redirects=True)
    answer = log_in(visitor, refused)
    assert Page(answer.text).value_of("username") == "robert"
    refused = visitor.post("/auth/logout", data={"csrf_token": Page(answer.text).value_of("csrf_token")})
    secret = {"email": "bob@new.example.org", "password_now": "correct horse", "code": "123456", "csrf_token": "x"}
    with visitor.application.test_request_context("/auth/email", method="POST", data=secret):
        path, fields = kept._serializer().loads(kept.keep_form())
    assert (path, fields) == ("/auth/email", [["email", "bob@new.example.org"]])
    passwords = {"password_now": "a", "password": "b", "password2": "b"}
    assert visitor.post("/auth/password", data=passwords).status_code == 302
    assert not is_kept(visitor)


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_form_of_another_site_is_not_kept(visitor: PageClient, headers: dict[str, str]) -> None:
    assert visitor.post("/", data={"post": TEXT}, headers=headers).status_code == 302
    assert not is_kept(visitor)


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/", {"post": "x" * (kept.MAX_KEPT_BYTES + 1)}),
        ("/", {f"field{number}": "x" for number in range(kept.MAX_KEPT_FIELDS + 1)}),
        ("/", {"post": "  ", "submission": "a-mark"}),
        ("/follow/charlie", {"text": "x"}),
        ("/export_posts", {}),
    ],
)
def test_what_is_too_large_or_no_text_is_not_kept(visitor: PageClient, address: str, data: dict[str, str]) -> None:
    assert visitor.post(address, data=data).status_code == 302
    assert not is_kept(visitor)


@pytest.mark.parametrize("change", [lambda text: text[:-1] + "x", lambda _text: "forged", lambda text: text * 2])
def test_forged_text_is_ignored(visitor: PageClient, change) -> None:
    with visitor.application.test_request_context("/", method="POST", data={"post": TEXT}):
        text = kept.keep_form()
    token = visitor.token()
    data = {"csrf_token": token, "username": "bob", "password": PASSWORD, "kept_form": change(text)}
    answer = visitor.post("/auth/login?next=/", data=data)
    assert (answer.status_code, answer.location) == (302, "/")


def test_kept_text_is_not_a_form_that_is_sent(people: People, bob: PageClient) -> None:
    with bob.application.test_request_context("/", method="POST", data={"post": TEXT}):
        text = kept.keep_form()
    token = bob.token("/")
    answer = bob.post("/", data={"post": "forged", "csrf_token": token, "kept_form": text})
    assert (answer.status_code, people.count_posts()) == (200, 0)
    elsewhere = bob.post("/edit_profile", data={"kept_form": text})
    assert TEXT not in unescape(elsewhere.text)


def test_somebody_who_logged_in_meanwhile_finds_the_text_too(app: Flask, visitor: PageClient) -> None:
    page = Page(visitor.post("/", data={"post": LONG}).text)
    assert visitor.send("/auth/login", {"username": "bob", "password": PASSWORD}).status_code == 302
    data = fields_of(page) | {"username": "bob", "password": PASSWORD}
    led = visitor.post("/auth/login?next=%2F", data=data)
    assert (led.status_code, texts_in(visitor.post(led.location, data=data))) == (307, [LONG])


def test_text_is_not_shown_to_somebody_who_comes_later(visitor: PageClient) -> None:
    for leave in ("/explore", "/auth/login"):
        visitor.post("/", data={"post": TEXT})
        visitor.get(leave)
        assert not is_kept(visitor)


class TestRecipientWhoWasRenamed:
    """A message to a name that has become another one."""

    def rename(self, app: Flask, name: str, new: str) -> None:
        with app.app_context(), transaction():
            user = get_account(name)
            user.username, user.username_key = new, new
            user.email, user.email_key = f"{new}@example.org", f"{new}@example.org"

    @pytest.mark.parametrize("taken", [False, True])
    def test_text_comes_back_with_the_new_name(self, app: Flask, people: People, bob: PageClient, taken: bool) -> None:
        page = bob.page("/send_message/charlie")
        self.rename(app, "charlie", "charles")
        if taken:
            people.make_user("charlie")
        answer = bob.post("/send_message/charlie", data=fields_of(page) | {"message": TEXT})
        assert (answer.status_code, texts_in(answer)) == (409, [TEXT])
        action = next(form["action"] for form in Page(answer.text).all("form") if form.get("id") == "composer")
        assert action == "/send_message/charles"
        sent = bob.post(action, data=fields_of(Page(answer.text)) | {"message": TEXT})
        assert sent.location == "/messages/with/charles"

    def test_text_comes_back_where_the_person_is_unknown(self, app: Flask, people: People, bob: PageClient) -> None:
        token = bob.token("/send_message/charlie")
        self.rename(app, "charlie", "charles")
        answer = bob.post("/send_message/charlie", data={"csrf_token": token, "message": TEXT})
        assert (answer.status_code, texts_in(answer)) == (404, [TEXT])
        assert bob.get("/send_message/charlie").status_code == 404


def test_there_is_no_conversation_with_oneself(bob: PageClient) -> None:
    for address in ("/messages/with/bob", "/send_message/bob"):
        assert (bob.get(address).status_code, bob.get(address).location) == (302, "/messages")
    answer = bob.send("/send_message/bob", {"message": TEXT}, form_at="/explore")
    assert (answer.status_code, texts_in(answer)) == (422, [TEXT])


def test_logging_out_elsewhere_offers_to_revoke_tokens(people: People, bob: PageClient) -> None:
    headers = people.program("bob")
    fields = [field.get("name") for field in bob.page("/auth/security").all("input")]
    assert "tokens" in fields
    bob.send("/auth/sessions/end", form_at="/auth/security")
    assert bob.get("/api/users/me", headers=headers).status_code == 200
    bob.send("/auth/sessions/end", {"tokens": "y"}, form_at="/auth/security")
    assert bob.get("/api/users/me", headers=headers).status_code == 401
