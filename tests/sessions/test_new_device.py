"""A letter tells of a log-in from a device that was not seen before; who is known, or new here, gets none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from page import PageClient
from people import PASSWORD, People
from postbox import Postbox, text_of
from sqlalchemy import func, select

from app.core.config import Settings
from app.core.database import db
from app.jobs.models import Job
from app.sessions import service
from app.sessions.models import Device

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
NEWER_FIREFOX = FIREFOX.replace("128", "141")
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit Version/17.5 Mobile/15E148 Safari/604.1"
HOME, ELSEWHERE = "192.0.2.1", "203.0.113.9"
Subjects = Callable[[], list[str]]


@pytest.fixture
def settings(settings: Settings, postbox: Postbox) -> Settings:
    """Where letters are sent."""
    return replace(settings, mail=postbox.settings, public_url="https://pi.local")


@pytest.fixture
def told(postbox: Postbox, work: Callable[[], None]) -> Subjects:
    """To whom letters went since it was asked last."""

    def recipients() -> list[str]:
        work()
        found = [str(letter["To"]) for letter in postbox.letters]
        postbox.letters.clear()
        return found

    return recipients


def log_in(app: Flask, agent: str = FIREFOX, address: str = HOME, client: PageClient | None = None) -> PageClient:
    client = client or PageClient(app)
    data = {"csrf_token": client.token(), "username": "bob", "password": PASSWORD}
    client.environ_base["REMOTE_ADDR"] = address
    assert client.post("/auth/login", data=data, headers={"User-Agent": agent}).status_code == 302
    return client


def test_the_first_log_in_is_no_news(app: Flask, people: People, told: Subjects) -> None:
    log_in(app)
    assert told() == []


@pytest.mark.parametrize(
    ("agent", "address", "letters"),
    [
        (FIREFOX, HOME, []),
        (NEWER_FIREFOX, HOME, []),
        (PHONE, HOME, ["bob@example.org"]),
        (FIREFOX, ELSEWHERE, ["bob@example.org"]),
    ],
)
def test_another_kind_of_browser_or_network_is_told_once(
    app: Flask, people: People, told: Subjects, agent: str, address: str, letters: list[str]
) -> None:
    log_in(app)
    log_in(app, agent, address)
    assert told() == letters
    log_in(app, agent, address)
    assert told() == []


def test_the_letter_says_what_it_was_and_what_to_do(
    app: Flask, people: People, postbox: Postbox, work: Callable[[], None]
) -> None:
    log_in(app)
    log_in(app, PHONE, ELSEWHERE)
    work()
    (letter,) = postbox.letters
    assert letter["Subject"] == "Your account was used from a new device"
    for text in (text_of(letter), text_of(letter, "html")):
        assert f"Safari on iPhone, from {ELSEWHERE}" in text
        assert "/auth/security" in text


def test_logging_out_makes_no_device_new(app: Flask, people: People, told: Subjects) -> None:
    log_in(app).send("/auth/logout", form_at="/")
    log_in(app)
    assert told() == []


def test_a_browser_that_was_in_before_may_travel(app: Flask, people: People, told: Subjects) -> None:
    browser = log_in(app)
    browser.send("/auth/logout", form_at="/")
    log_in(app, address=ELSEWHERE, client=browser)
    assert told() == []


def test_networks_of_ipv6_are_told_by_their_beginning(app: Flask, people: People, told: Subjects) -> None:
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"):
        log_in(app, address=address)
    assert told() == []
    log_in(app, address="2001:db8:1:3::1")
    assert told() == ["bob@example.org"]


def test_what_was_used_longest_ago_is_forgotten(
    app: Flask, people: People, told: Subjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_DEVICES", 3)
    for address in (HOME, "192.0.2.2", "192.0.2.3", HOME, "192.0.2.4"):
        log_in(app, address=address)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Device)) == 3
    told()
    log_in(app, address=HOME)
    assert told() == [], "it was used again"
    log_in(app, address="192.0.2.2")
    assert told() == ["bob@example.org"]


def test_a_wrong_password_is_no_log_in(app: Flask, people: People, told: Subjects) -> None:
    log_in(app)
    PageClient(app).send("/auth/login", {"username": "bob", "password": "wrong password"})
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Device)) == 1
    assert told() == []


def test_without_a_mail_server_no_letter_is_written(make_app, settings: Settings) -> None:
    app = make_app(replace(settings, mail=None))
    People(app).settle()
    log_in(app)
    log_in(app, PHONE, ELSEWHERE)
    with app.app_context():
        assert db.session.query(Job).count() == 0
        assert db.session.scalar(select(func.count()).select_from(Device)) == 2, "for when there is one"
