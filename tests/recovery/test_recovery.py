"""A forgotten password: the letter, its link, and who may not use it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from page import Page, PageClient
from people import PASSWORD, People
from postbox import Postbox, text_of

from app.accounts.queries import get_user
from app.attempts.service import EMAILS_FROM, EMAILS_TO
from app.core.config import Settings
from app.core.database import db
from app.jobs.models import Job
from app.recovery import service

NEW = "a new password"
ASK = "/auth/reset_password_request"
SENT = "If that address has an account"


@pytest.fixture
def settings(settings: Settings, postbox: Postbox) -> Settings:
    """Settings with a mail server and an address of the site."""
    return replace(settings, mail=postbox.settings, public_url="https://pi.local", hosts=("192.168.1.20",))


def link_in(postbox: Postbox) -> str:
    """The link in the only letter."""
    (letter,) = postbox.letters
    found = re.search(r"https?://\S+", text_of(letter))
    assert found is not None
    assert found[0] in text_of(letter, "html")
    return found[0]


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def choose(client: PageClient, path: str, password: str = NEW) -> int:
    token = client.token("/auth/login")
    data = {"csrf_token": token, "password": password, "password2": password}
    return client.post(path, data=data).status_code


def can_log_in(app: Flask, password: str) -> bool:
    answer = PageClient(app).send("/auth/login", {"username": "bob", "password": password})
    return answer.status_code == 302


@pytest.fixture
def link(client: PageClient, people: People, postbox: Postbox, work: Callable[[], None]) -> str:
    """The path of the link that bob was sent."""
    answer = client.send(ASK, {"email": "BOB@example.org"})
    assert answer.location == "/auth/login"
    assert SENT in client.page("/auth/login").text
    work()
    work()
    return path_of(link_in(postbox))


def test_the_link_in_the_letter_sets_a_new_password(
    app: Flask, client: PageClient, postbox: Postbox, link: str
) -> None:
    assert postbox.letters[0]["To"] == "bob@example.org"
    page = client.page(link)
    assert "bob" in page.text
    assert choose(client, link) == 302
    assert "Your new password is set" in client.page("/auth/login").text
    assert can_log_in(app, NEW)
    assert not can_log_in(app, PASSWORD)


def test_it_ends_every_log_in_and_works_once(app: Flask, client: PageClient, bob: PageClient, link: str) -> None:
    assert bob.get("/index").status_code == 200
    choose(client, link)
    assert bob.get("/index").status_code == 302
    assert choose(client, link, "yet another password") == 422
    assert client.get(link).status_code == 422
    assert can_log_in(app, NEW)


@pytest.mark.usefixtures("link")
def test_a_later_change_of_the_password_voids_the_link(
    app: Flask, bob: PageClient, client: PageClient, link: str
) -> None:
    bob.send("/auth/password", {"password_now": PASSWORD, "password": NEW, "password2": NEW})
    assert client.get(link).status_code == 422


def test_the_link_is_good_for_ten_minutes(client: PageClient, link: str, monkeypatch) -> None:
    monkeypatch.setitem(service.LIFETIMES, service.BY_MAIL, -1)
    page = client.page(link, 422)
    assert service.VOID in page.text


@pytest.mark.parametrize("token", ["x", "a.b.c", "%00", "WzEsIngiXQ.aaaa.bbbb", "x" * 2000])
def test_a_forged_link_is_refused(people: People, client: PageClient, token: str) -> None:
    assert client.get(f"/auth/reset_password/{token}").status_code == 422


def test_a_bad_new_password_is_told_and_the_link_stays_good(app: Flask, client: PageClient, link: str) -> None:
    assert choose(client, link, "short") == 422
    assert can_log_in(app, PASSWORD)
    assert choose(client, link) == 302


def test_a_form_without_its_token_is_refused_and_changes_nothing(app: Flask, client: PageClient, link: str) -> None:
    for path, data in ((ASK, {"email": "bob@example.org"}), (link, {"password": NEW, "password2": NEW})):
        assert client.post(path, data=data | {"csrf_token": "forged"}).status_code == 400
    with app.app_context():
        assert db.session.query(Job).count() == 0
    assert can_log_in(app, PASSWORD)


def test_an_unknown_address_gets_the_same_answer_and_no_letter(
    app: Flask, people: People, client: PageClient, postbox: Postbox, work: Callable[[], None]
) -> None:
    answer = client.send(ASK, {"email": "nobody@example.org"})
    assert answer.location == "/auth/login"
    assert SENT in client.page("/auth/login").text
    with app.app_context():
        assert db.session.query(Job).count() == 1, "the same work as for a known one"
    work()
    assert postbox.letters == []


def test_asking_for_many_letters_is_slowed_down(people: People, client: PageClient) -> None:
    for _ in range(EMAILS_FROM.free):
        assert client.send(ASK, {"email": "bob@example.org"}).status_code == 302
    assert client.send(ASK, {"email": "bob@example.org"}).status_code == 429


def test_one_postbox_gets_few_e_mails_whoever_asks_for_them(
    app: Flask, people: People, postbox: Postbox, work: Callable[[], None]
) -> None:
    for number in range(12):
        client = PageClient(app)
        client.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
        email = ("bob@example.org", "BOB@example.ORG", " bob@example.org ")[number % 3]
        assert client.send(ASK, {"email": email}).location == "/auth/login"
    work()
    assert len(postbox.letters) == EMAILS_TO.free


@pytest.mark.parametrize(
    ("host", "expected"),
    [("pi.local", "https://pi.local"), ("192.168.1.20", "https://pi.local"), ("evil.example", "https://pi.local"),
     ("localhost:8000", "https://pi.local"), ("pi.local:6666", "https://pi.local"), ("[::1]:6", "https://pi.local")],
)  # fmt: skip
def test_the_letter_leads_to_this_site_whatever_the_request_calls_it(
    people: People, client: PageClient, postbox: Postbox, work: Callable[[], None], host: str, expected: str
) -> None:
    base = f"http://{host}"
    token = Page(client.get(ASK, base_url=base).text).value_of("csrf_token")
    client.post(ASK, base_url=base, data={"csrf_token": token, "email": "bob@example.org"})
    work()
    assert link_in(postbox).startswith(f"{expected}/auth/reset_password/")


def test_where_no_mail_is_sent_the_page_says_whom_to_ask(settings: Settings, make_app) -> None:
    app = make_app(replace(settings, mail=None))
    people, client = People(app).settle(), PageClient(app)
    page = client.page(ASK)
    assert "Ask whoever runs it" in page.text
    assert page.all("form") == []
    token = client.token("/auth/login")
    client.post(ASK, data={"csrf_token": token, "email": "bob@example.org"})
    with app.app_context():
        assert db.session.query(Job).count() == 0
    assert people.count_users() == 3


def test_an_administrator_makes_a_link_to_hand_over(app: Flask, alice: PageClient, client: PageClient) -> None:
    assert "/user/bob/recovery_link" in alice.get("/user/bob").text
    answer = alice.send("/user/bob/recovery_link", form_at="/user/bob")
    assert answer.status_code == 200
    link = re.findall(r'value="(http[^"]+)"', answer.text)[0]
    assert choose(client, path_of(link)) == 302
    assert can_log_in(app, NEW)


def test_nobody_else_makes_such_a_link(charlie: PageClient, bob: PageClient) -> None:
    for browser in (charlie, bob):
        assert "recovery_link" not in browser.get("/user/bob").text
        assert browser.send("/user/bob/recovery_link", form_at="/index").status_code == 404


def test_the_shell_makes_such_a_link_too(app: Flask, people: People, client: PageClient) -> None:
    result = app.test_cli_runner().invoke(args=["user", "reset-link", "bob"])
    assert result.exit_code == 0
    assert result.output.startswith("https://pi.local/auth/reset_password/")
    assert choose(client, path_of(result.output.strip())) == 302
    assert can_log_in(app, NEW)


def test_the_token_of_one_account_is_good_for_no_other(app: Flask, people: People) -> None:
    with app.app_context():
        token = service.make_token("s" * 40, get_user("bob"), service.BY_HAND)
        assert service.user_of_token("s" * 40, token).username == "bob"
        with pytest.raises(service.Invalid):
            service.user_of_token("t" * 40, token)
