"""Errors that nobody foresaw are told to whoever runs the appliance, not too often, and never in the visitor's way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from page import PageClient
from people import People
from postbox import Postbox, text_of

from app.core import database
from app.core.config import Settings
from app.core.database import transaction
from app.core.errors import Busy, StorageFull
from app.handlers import reporter
from app.jobs.runner import Registry
from app.jobs.service import enqueue
from app.mail import reports
from app.mail.mailer import MailFailed
from app.mail.reports import MOST_AN_HOUR
from app.search.interface import SearchUnavailable


@pytest.fixture
def settings(settings: Settings, postbox: Postbox) -> Settings:
    """Settings with two people to tell."""
    return replace(settings, mail=replace(postbox.settings, admins=("one@example.org", "two@example.org")))


@pytest.fixture
def broken(app: Flask) -> Flask:
    """The application with an address that fails."""

    @app.get("/crash")
    def crash() -> str:
        raise ZeroDivisionError("<a detail>")

    return app


def test_both_are_told_what_went_wrong_and_where(
    broken: Flask, people: People, postbox: Postbox, work: Callable[[], None]
) -> None:
    page = people.browser("alice").page("/crash?password=secret", 500)
    assert "a detail" not in page.text
    work()
    assert [letter["To"] for letter in postbox.letters] == ["one@example.org", "two@example.org"]
    letter = postbox.letters[0]
    assert letter["Subject"] == "Microblog: ZeroDivisionError"
    assert "GET /crash" in text_of(letter)
    assert "test_reports.py" in text_of(letter)
    assert "&lt;a detail&gt;" in text_of(letter, "html")
    assert "secret" not in text_of(letter)


def test_not_too_often(broken: Flask, people: People, postbox: Postbox, work: Callable[[], None]) -> None:
    for _ in range(MOST_AN_HOUR + 3):
        PageClient(broken).get("/crash")
    work()
    assert len(postbox.letters) == 2 * MOST_AN_HOUR


def test_foreseen_errors_are_nobodys_business(
    broken: Flask, people: People, alice: PageClient, postbox: Postbox, work: Callable[[], None]
) -> None:
    for address in ("/no/such/page", "/post/99", "/user/nobody"):
        alice.get(address)
    work()
    assert postbox.letters == []


def test_a_report_that_cannot_be_written_is_logged_and_the_page_comes_all_the_same(
    broken: Flask, people: People, monkeypatch, caplog
) -> None:
    def fail(*_: object) -> None:
        raise database.StorageFull

    monkeypatch.setattr(reports, "send_later", fail)
    page = people.browser("alice").page("/crash", 500)
    assert "Something went wrong here" in page.headings[0]
    assert "could not be written" in caplog.text


def test_a_job_that_fails_in_a_way_nobody_foresaw_is_told_too(
    app: Flask, postbox: Postbox, registry: Registry, work: Callable[[], None]
) -> None:
    def breaks(_payloads: object) -> None:
        raise ZeroDivisionError("in a job")

    registry.report = reporter(app)
    registry.register("breaks", breaks)
    with app.app_context(), transaction():
        enqueue("breaks", {})
    work()
    assert [letter["To"] for letter in postbox.letters] == ["one@example.org", "two@example.org"]
    assert "job breaks" in text_of(postbox.letters[0])


@pytest.mark.parametrize("error", [Busy(), StorageFull(), MailFailed("away"), SearchUnavailable("away")])
def test_of_what_passes_by_itself_nobody_is_told(
    app: Flask, postbox: Postbox, registry: Registry, work: Callable[[], None], error: Exception
) -> None:
    def breaks(_payloads: object) -> None:
        raise error

    registry.report = reporter(app)
    registry.register("breaks", breaks)
    with app.app_context(), transaction():
        enqueue("breaks", {})
    work()
    assert postbox.letters == []
