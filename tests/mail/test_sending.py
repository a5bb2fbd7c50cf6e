"""Letters are jobs: sent once each, tried again when the server comes back, never lost with a refused one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from postbox import Postbox

from app.core.config import Settings
from app.core.database import db, transaction
from app.core.time import utc_now
from app.jobs.models import Job
from app.mail.letter import Letter
from app.mail.service import send_later


@pytest.fixture
def settings(settings: Settings, postbox: Postbox) -> Settings:
    """Settings with a mail server."""
    return replace(settings, mail=postbox.settings)


def post(app: Flask, *recipients: str) -> None:
    with app.app_context(), transaction():
        for recipient in recipients:
            send_later(Letter(recipient, "Subject", "text", "<p>html</p>"))


def make_due(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        for job in session.query(Job):
            job.due = utc_now()


def recipients(postbox: Postbox) -> list[str]:
    return [letter["To"] for letter in postbox.letters]


def errors(app: Flask) -> list[str | None]:
    with app.app_context():
        return [job.error for job in db.session.query(Job)]


def test_letters_are_sent_in_their_order_and_once(app: Flask, postbox: Postbox, work: Callable[[], None]) -> None:
    names = [f"user{number}@example.org" for number in range(5)]
    post(app, *names)
    work()
    work()
    assert recipients(postbox) == names
    assert errors(app) == []


def test_a_refused_letter_holds_up_no_other_and_sends_none_twice(
    app: Flask, postbox: Postbox, work: Callable[[], None]
) -> None:
    post(app, "a@example.org", "not an address\r\n", "c@example.org")
    work()
    make_due(app)
    work()
    assert recipients(postbox) == ["a@example.org", "c@example.org"]
    assert len(errors(app)) == 1
    assert "RecipientRefused" in (errors(app)[0] or "")


def test_when_the_server_is_back_the_letter_is_sent(app: Flask, postbox: Postbox, work: Callable[[], None]) -> None:
    postbox.refusal = "451 come back later"
    post(app, "a@example.org")
    work()
    assert recipients(postbox) == []
    assert "451 come back later" in (errors(app)[0] or "")
    postbox.refusal = ""
    make_due(app)
    work()
    assert recipients(postbox) == ["a@example.org"]
    assert errors(app) == []


def test_a_letter_of_a_transaction_that_fails_is_not_sent(
    app: Flask, postbox: Postbox, work: Callable[[], None]
) -> None:
    with pytest.raises(ZeroDivisionError), app.app_context(), transaction():  # noqa: PT012  the block is the subject
        send_later(Letter("a@example.org", "Subject", "text", "html"))
        raise ZeroDivisionError
    work()
    assert recipients(postbox) == []


def test_nothing_is_sent_to_an_address_that_is_nobodys(app: Flask, work, postbox: Postbox) -> None:
    post(app, "no-address-7@example.invalid", "a@example.org")
    work()
    assert [letter["To"] for letter in postbox.letters] == ["a@example.org"]
