"""Writing a post: what is accepted, what comes back with its text, and what a second click does."""

from __future__ import annotations

import io
import sqlite3
from dataclasses import replace
from uuid import uuid4

import pytest
from databases import writer_elsewhere
from flask import Flask
from page import Page, PageClient
from people import People
from werkzeug.test import TestResponse

from app.core import database
from app.core.config import Settings
from app.core.database import db
from app.core.errors import Busy, StorageFull
from app.posts.models import Post
from app.posts.queries import get_post
from app.web.security import LARGEST_BODY

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
COMBINED = "e\N{COMBINING ACUTE ACCENT}"


def write(client: PageClient, text: str, **fields: str) -> TestResponse:
    return client.send("/index", {"post": text, **fields})


def bodies(app: Flask) -> list[str]:
    with app.app_context():
        return [post.body for post in db.session.query(Post).order_by(Post.id)]


def textarea(answer: TestResponse) -> str:
    """What stands in the composer."""
    return answer.text.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]


def test_a_post_appears_at_home_and_one_is_told(app: Flask, alice: PageClient) -> None:
    answer = write(alice, "Hello, world")
    assert (answer.status_code, answer.location) == (302, "/")
    page = alice.page("/")
    assert "Hello, world" in page.text
    assert "Posted." in page.text
    assert bodies(app) == ["Hello, world"]


GOOD = {
    "one character": ("x", "x"),
    "the limit": ("x" * 280, "x" * 280),
    "the limit in families": (FAMILY * 280, FAMILY * 280),
    "the limit in combined characters": (COMBINED * 280, "\N{LATIN SMALL LETTER E WITH ACUTE}" * 280),
    "spaces around it": ("  \n text \n ", "text"),
    "line breaks of every kind": ("a\r\nb\rc\nd", "a\nb\nc\nd"),
    "markup": ("<script>alert('x')</script> & more", "<script>alert('x')</script> & more"),
    "right to left": ("\N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET} \u200fab", None),
    "a tab": ("a\tb", "a\tb"),
    "question marks": ("'; DROP TABLE post; -- ?", "'; DROP TABLE post; -- ?"),
    "percent signs": ("100 %(name)s %d {x} {{ y }}", "100 %(name)s %d {x} {{ y }}"),
}


@pytest.mark.parametrize("name", GOOD)
def test_text_of_every_kind_is_kept_as_it_is(app: Flask, alice: PageClient, name: str) -> None:
    text, stored = GOOD[name]
    assert write(alice, text).status_code == 302
    assert bodies(app) == [stored or text]
    assert (stored or text).split("\n")[0].split()[0] in alice.page("/").text


BAD = {
    "nothing": ("", "Fill this in"),
    "spaces": (" \t\r\n ", "Fill this in"),
    "no-break spaces": ("\u00a0\u2003", "Fill this in"),
    "one too many": ("x" * 281, "too long by 1"),
    "one family too many": (FAMILY * 281, "too long by 1"),
    "far too many": ("x" * 100_000, "too long by 99720"),
    "one character of a thousand marks": ("x" + "\N{COMBINING ACUTE ACCENT}" * 5000, "too long"),
    "a null": ("a\0b", "cannot be shown"),
    "an escape": ("a\x1b[31mb", "cannot be shown"),
    "a bell": ("\a!", "cannot be shown"),
    "a direction override": ("abc\u202edef", "cannot be shown"),
    "a private character": ("a\ue000b", "cannot be shown"),
    "the mark of broken text": ("a\N{REPLACEMENT CHARACTER}b", "not valid text"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_posted_comes_back_with_its_text_and_the_reason(
    app: Flask, alice: PageClient, name: str
) -> None:
    text, message = BAD[name]
    answer = write(alice, text)
    assert answer.status_code == 422
    assert message in Page(answer.text).text
    assert bodies(app) == []
    if text.strip() and text.isprintable():
        assert textarea(answer) == text


@pytest.mark.parametrize("body", [b"caf\xe9", b"caf%E9", b"%80%81", b"\xff\xfe"])
def test_bytes_in_another_encoding_are_refused(app: Flask, alice: PageClient, body: bytes) -> None:
    data = f"csrf_token={alice.token('/index')}&post=text+".encode() + body
    answer = alice.post("/index", data=data, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert "not valid text" in Page(answer.text).text
    assert textarea(answer).startswith("text")
    assert bodies(app) == []


def test_a_file_in_place_of_text_is_refused(app: Flask, alice: PageClient) -> None:
    data = {"csrf_token": alice.token("/index"), "post": (io.BytesIO(b"\x89PNG\r\n"), "a.png")}
    answer = alice.post("/index", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert bodies(app) == []


def test_a_form_without_its_field_is_refused(app: Flask, alice: PageClient) -> None:
    assert alice.send("/index", {}).status_code == 422
    assert bodies(app) == []


def test_a_body_beyond_all_measure_is_refused_with_a_page(app: Flask, alice: PageClient) -> None:
    answer = alice.post("/index", data={"post": "x" * (LARGEST_BODY + 1)})
    assert answer.status_code == 413
    assert "Too large" in Page(answer.text).headings[0]
    assert bodies(app) == []


def test_json_in_place_of_a_form_is_refused(app: Flask, alice: PageClient) -> None:
    assert alice.post("/index", json={"post": "text"}).status_code == 400
    assert bodies(app) == []


def test_the_same_form_sent_twice_makes_one_post(app: Flask, alice: PageClient) -> None:
    mark = Page(alice.get("/index").text).value_of("submission")
    assert mark
    for _ in range(3):
        assert write(alice, "once", submission=mark).status_code == 302
    assert bodies(app) == ["once"]


def test_the_same_form_with_another_text_makes_another_post(app: Flask, alice: PageClient) -> None:
    mark = str(uuid4())
    for text in ("first", "second", "second"):
        write(alice, text, submission=mark)
    assert bodies(app)[:2] == ["first", "second"]


def test_the_same_words_in_another_form_make_another_post(app: Flask, alice: PageClient) -> None:
    for _ in range(2):
        write(alice, "good morning", submission=Page(alice.get("/index").text).value_of("submission"))
    assert bodies(app) == ["good morning"] * 2


def test_the_mark_of_somebody_elses_form_stands_in_nobodys_way(app: Flask, alice: PageClient, bob: PageClient) -> None:
    mark = str(uuid4())
    write(alice, "same", submission=mark)
    write(bob, "same", submission=mark)
    assert bodies(app) == ["same"] * 2


@pytest.mark.parametrize("mark", ["", "x" * 1000, "\0", "\N{SNOWMAN}", "' OR 1=1"])
def test_a_nonsense_mark_does_no_harm(app: Flask, alice: PageClient, mark: str) -> None:
    assert write(alice, "text", submission=mark).status_code == 302
    assert bodies(app) == ["text"]


def test_the_length_can_be_set(settings: Settings, make_app) -> None:
    app = make_app(replace(settings, post_length=10))
    client = People(app).settle().browser("alice")
    assert "at most 10 characters" in client.page("/").text
    assert "too long by 1" in write(client, "x" * 11).text
    assert write(client, "x" * 10).status_code == 302


@pytest.fixture
def full_disk(alice: PageClient, monkeypatch) -> None:
    """Every commit from now on, alice being logged in, meets a full disk, as SQLite reports it."""

    def refuse(_session: object) -> None:
        raise database.OperationalError("COMMIT", {}, sqlite3.OperationalError("database or disk is full"))

    monkeypatch.setattr(database.Session, "commit", refuse)


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_gives_the_text_back_and_reading_goes_on(app: Flask, alice: PageClient) -> None:
    answer = write(alice, "words that took an hour")
    assert answer.status_code == 507
    assert StorageFull().message in Page(answer.text).text
    assert textarea(answer) == "words that took an hour"
    assert alice.get("/explore").status_code == 200
    assert bodies(app) == []


def test_a_database_that_cannot_be_had_in_time_gives_the_text_back(
    impatient: None, app: Flask, settings: Settings, alice: PageClient
) -> None:
    token = alice.token("/index")
    with writer_elsewhere(settings):
        answer = alice.post("/index", data={"csrf_token": token, "post": "words that took an hour"})
    assert answer.status_code == 503
    assert Busy().message in Page(answer.text).text
    assert textarea(answer) == "words that took an hour"
    assert bodies(app) == []
    assert write(alice, "words that took an hour").status_code == 302


def test_a_post_has_an_address_of_its_own(app: Flask, people: People, bob: PageClient) -> None:
    number = people.post("alice", "on a page of its own")
    page = bob.page(f"/post/{number}")
    assert "on a page of its own" in page.text
    assert "alice" in page.headings[0]


@pytest.mark.parametrize("number", ["0", "2", "9999999999999999999999", "-1", "1.5", "x", "%00"])
def test_a_post_that_is_not_there_is_not_found(people: People, alice: PageClient, number: str) -> None:
    people.post("alice", "the only one")
    assert alice.get(f"/post/{number}").status_code == 404


def test_the_address_of_a_deleted_post_never_comes_to_mean_another(app: Flask, people: People) -> None:
    first = people.post("alice", "soon gone")
    with app.app_context(), database.transaction():
        db.session.delete(get_post(first))
    assert people.post("alice", "the next") > first
