"""Writing to somebody: what is accepted, what comes back, and what a second click does."""

from __future__ import annotations

import sqlite3
from uuid import uuid4

import pytest
from flask import Flask
from page import Page, PageClient
from werkzeug.test import TestResponse

from app.core import database
from app.core.database import db
from app.messages.models import Message


def write(client: PageClient, text: str, to: str = "bob", **fields: str) -> TestResponse:
    return client.send(f"/send_message/{to}", {"message": text, **fields}, form_at="/messages/with/charlie")


def stored(app: Flask) -> list[str]:
    with app.app_context():
        return [message.body for message in db.session.query(Message).order_by(Message.id)]


def test_a_message_reaches_whom_it_is_for_and_nobody_else(
    alice: PageClient, bob: PageClient, charlie: PageClient
) -> None:
    answer = write(alice, "for you alone")
    assert answer.location == "/messages/with/bob"
    page = alice.page("/messages/with/bob")
    assert "Your message is sent" in page.text
    assert "for you alone" in page.text
    for address in ("/messages", "/messages/with/alice"):
        assert "for you alone" in bob.page(address).text
    assert "for you alone" in alice.page("/messages/sent").text
    for address in ("/messages", "/messages/sent", "/messages/with/alice", "/messages/with/bob", "/explore",
                    "/search?q=alone", "/"):  # fmt: skip
        assert "for you alone" not in charlie.page(address).text
    assert "for you alone" not in alice.page("/messages").text


def test_a_profile_leads_to_writing_but_not_ones_own(alice: PageClient) -> None:
    assert "/messages/with/bob" in alice.get("/user/bob").text
    assert "/messages/with/alice" not in alice.get("/user/alice").text


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "Fill this in"), (" \n ", "Fill this in"), ("x" * 281, "too long by 1"), ("a\0b", "cannot be shown"),
     ("a\u202eb", "cannot be shown"), ("a\N{REPLACEMENT CHARACTER}", "not valid text")],
)  # fmt: skip
def test_what_cannot_be_sent_comes_back_with_the_reason(app: Flask, alice: PageClient, text: str, message: str) -> None:
    answer = write(alice, text)
    assert answer.status_code == 422
    assert message in Page(answer.text).text
    assert Page(answer.text).headings == ["Messages with bob"]
    if len(text) > 200:
        assert text in answer.text
    assert stored(app) == []


def test_somebody_who_is_not_there_cannot_be_written_to(app: Flask, alice: PageClient) -> None:
    assert write(alice, "hello", to="nobody").status_code == 404
    assert alice.get("/messages/with/nobody").status_code == 404


def test_nobody_writes_to_oneself(app: Flask, alice: PageClient) -> None:
    answer = write(alice, "dear diary", to="alice")
    assert answer.status_code == 422
    assert stored(app) == []


def test_the_same_form_sent_twice_makes_one_message(app: Flask, alice: PageClient) -> None:
    mark = str(uuid4())
    for _ in range(2):
        assert write(alice, "once", submission=mark).status_code == 302
    write(alice, "another text", submission=mark)
    write(alice, "once", to="charlie", submission=mark)
    assert stored(app) == ["once", "another text", "once"]


def test_a_full_disk_gives_the_text_back(app: Flask, alice: PageClient, monkeypatch) -> None:
    def refuse(_session: object) -> None:
        raise database.OperationalError("COMMIT", {}, sqlite3.OperationalError("database or disk is full"))

    monkeypatch.setattr(database.Session, "commit", refuse)
    answer = write(alice, "words that took an hour")
    assert answer.status_code == 507
    assert "words that took an hour" in answer.text
    assert stored(app) == []
