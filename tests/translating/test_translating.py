"""A reader asks for a translation: of a post in another language, once, by nobody's leave but their own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from interpreter import Interpreter
from page import Page, PageClient
from people import People
from sqlalchemy import text
from statements import Statements
from threads import at_once
from werkzeug.test import TestResponse

from app.core.database import db, transaction
from app.core.errors import StorageFull
from app.posts.models import Post
from app.posts.service import delete_post
from app.translating import routes, service
from app.translating.models import Translation
from app.translating.routes import MOST_ASKED, TRANSLATOR
from app.translators.interface import NotTranslatable, TranslatorUnavailable

FRENCH = "Bonjour tout le monde"
JSON = {"Accept": "application/json"}


@pytest.fixture
def interpreter() -> Interpreter:
    return Interpreter()


@pytest.fixture
def app(make_app: Callable[[], Flask], interpreter: Interpreter) -> Flask:
    """The application, with somebody who translates."""
    app = make_app()
    app.extensions[TRANSLATOR] = interpreter
    return app


def write(people: People, app: Flask, body: str = FRENCH, language: str | None = "fr") -> int:
    """A post of bob's in a language; its id."""
    number = people.post("bob", body)
    with app.app_context(), transaction():
        service.record_languages({number: language})  # type: ignore[dict-item]
    return number


@pytest.fixture
def post(people: People, app: Flask) -> int:
    """A French post of bob's."""
    return write(people, app)


def ask(client: PageClient, post: object, **headers: str) -> TestResponse:
    token = client.token("/explore")
    return client.post("/translate", data={"csrf_token": token, "post_id": post}, headers=headers)


def kept(app: Flask) -> list[tuple[int, str, str, str]]:
    with app.app_context():
        rows = db.session.query(Translation).order_by(Translation.post_id, Translation.language)
        return [(row.post_id, row.language, row.text, row.translator) for row in rows]


@pytest.mark.parametrize(
    ("language", "page", "offered"),
    [
        ("fr", "en", True),
        ("fr", "es", True),
        ("en", "es", True),
        ("en", "en", False),
        ("es", "es", False),
        ("zh-cn", "en", True),
        ("", "en", False),
        (None, "en", False),
    ],
)
@pytest.mark.parametrize("address", ["/", "/explore", "/user/bob", "/post/1"])
def test_the_button_is_there_where_the_post_is_in_another_language_than_the_page(
    people: People, app: Flask, alice: PageClient, address: str, language: str | None, page: str, offered: bool
) -> None:
    write(people, app, language=language)
    html = alice.get(address, headers={"Accept-Language": page}).text
    assert FRENCH in html
    assert (">Translate<" in html or ">Traducir<" in html) is offered
    assert ('action="/translate"' in html) is offered


def test_the_language_that_somebody_chose_counts_not_the_browsers(alice: PageClient, post: int) -> None:
    alice.send("/preferences", {"language": "es", "time_zone": ""})
    assert "Traducir" in alice.get("/explore", headers={"Accept-Language": "en"}).text
    answer = ask(alice, post, **JSON, **{"Accept-Language": "en"})
    assert answer.json is not None
    assert answer.json["text"] == f"{FRENCH}, in es"


def test_a_post_says_in_which_language_it_is(alice: PageClient, people: People, app: Flask, post: int) -> None:
    assert f'lang="fr" data-post-body>{FRENCH}' in alice.get("/explore").text
    other = write(people, app, "ok", "")
    (body,) = [tag for tag in alice.page(f"/post/{other}").all("div") if "data-post-body" in tag]
    assert "lang" not in body


def test_without_javascript_the_posts_page_shows_the_translation_below_the_original(
    alice: PageClient, interpreter: Interpreter, post: int
) -> None:
    answer = ask(alice, post)
    assert answer.status_code == 200
    page = Page(answer.text)
    assert page.posts() == [post]
    assert page.text.index(FRENCH) < page.text.index(f"{FRENCH}, in en")
    assert "Translated from French by a machine, a dictionary" in page.text
    assert f'lang="en" dir="auto">{FRENCH}, in en' in answer.text
    assert "Translate" not in [text.strip() for text in page.texts], "it is translated already"
    assert interpreter.asked == [(FRENCH, "fr", "en")]


def test_the_script_gets_the_text_and_how_it_looks(alice: PageClient, post: int) -> None:
    answer = ask(alice, post, **JSON)
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.json is not None
    assert answer.json["text"] == f"{FRENCH}, in en"
    assert "by a machine" in answer.json["html"]
    assert Page(answer.json["html"]).faults() == []


def test_a_translation_is_shown_as_text_and_its_links_work(
    people: People, app: Flask, alice: PageClient, post: int
) -> None:
    other = write(people, app, "<script>alert(1)</script>\n@bob https://example.org/ #tag")
    for html in (ask(alice, other).text, (ask(alice, other, **JSON).json or {})["html"]):
        assert "&lt;script&gt;" in html
        assert 'href="/user/bob"' in html
        assert 'href="https://example.org/"' in html


def test_what_was_translated_once_is_kept_for_everybody(
    app: Flask, alice: PageClient, charlie: PageClient, interpreter: Interpreter, post: int
) -> None:
    first = ask(alice, post)
    interpreter.failure = TranslatorUnavailable("must not be asked")
    assert f"{FRENCH}, in en" in ask(charlie, post).text
    assert f"{FRENCH}, in en" in first.text
    assert interpreter.asked == [(FRENCH, "fr", "en")]
    assert kept(app) == [(post, "en", f"{FRENCH}, in en", "a dictionary")]


def test_each_language_is_kept_for_itself(app: Flask, alice: PageClient, post: int) -> None:
    ask(alice, post, **{"Accept-Language": "en"})
    ask(alice, post, **{"Accept-Language": "es"})
    assert [row[:2] for row in kept(app)] == [(post, "en"), (post, "es")]


def test_who_made_a_translation_is_still_said_when_somebody_else_makes_them(
    app: Flask, alice: PageClient, interpreter: Interpreter, post: int
) -> None:
    ask(alice, post)
    interpreter.name = "somebody else"
    assert "by a machine, a dictionary" in ask(alice, post).text


def test_a_translation_goes_with_its_post(app: Flask, alice: PageClient, people: People, post: int) -> None:
    other = write(people, app)
    ask(alice, post)
    ask(alice, other)
    with app.app_context(), transaction() as session:
        delete_post(session.get_one(Post, post))
    assert [row[0] for row in kept(app)] == [other]


@pytest.mark.parametrize("language", ["en", "", None])
def test_only_what_has_a_button_is_translated(
    people: People, app: Flask, alice: PageClient, interpreter: Interpreter, language: str | None
) -> None:
    assert ask(alice, write(people, app, language=language)).status_code == 404
    assert interpreter.asked == []


@pytest.mark.parametrize(
    "number", ["", "0", "-1", "x", "4711", "9" * 30, "1.5", "1 OR 1", "\x00", "\N{SUPERSCRIPT TWO}"]
)
def test_a_post_that_is_none_is_not_translated(
    alice: PageClient, interpreter: Interpreter, post: int, number: str
) -> None:
    assert ask(alice, number).status_code == 404
    assert interpreter.asked == []


def test_no_other_text_is_translated(alice: PageClient, interpreter: Interpreter, post: int) -> None:
    token = alice.token("/explore")
    data = {"csrf_token": token, "post_id": str(post), "text": "mine", "source_language": "x", "dest_language": "y"}
    alice.post("/translate", data=data)
    alice.post("/translate", json={"text": "mine", "source_language": "fr", "dest_language": "en"})
    assert interpreter.asked == [(FRENCH, "fr", "en")]


@pytest.mark.parametrize("token", [None, "", "forged"])
@pytest.mark.parametrize("headers", [{}, JSON])
def test_a_forged_request_costs_nothing(
    alice: PageClient, interpreter: Interpreter, post: int, token: str | None, headers: dict[str, str]
) -> None:
    data = {"post_id": str(post)} | ({} if token is None else {"csrf_token": token})
    assert alice.post("/translate", data=data, headers=headers).status_code == 400
    assert interpreter.asked == []


def test_a_visitor_is_led_to_the_log_in_page(
    client: PageClient, app: Flask, people: People, interpreter: Interpreter, post: int
) -> None:
    answer = client.post("/translate", data={"csrf_token": client.token(), "post_id": post})
    assert answer.status_code == 302
    assert interpreter.asked == []


@pytest.mark.parametrize(
    ("failure", "status", "sentence", "wait"),
    [
        (TranslatorUnavailable("away"), 503, "Try again in a few minutes", None),
        (TranslatorUnavailable("slow down", 30), 503, "Try again in a few minutes", "30"),
        (NotTranslatable("not in my book"), 422, "cannot translate this post", None),
    ],
)
def test_a_failure_is_a_sentence_and_the_original_stays(
    app: Flask,
    alice: PageClient,
    interpreter: Interpreter,
    post: int,
    caplog: pytest.LogCaptureFixture,
    failure: TranslatorUnavailable,
    status: int,
    sentence: str,
    wait: str | None,
) -> None:
    interpreter.failure = failure
    page, answer = ask(alice, post), ask(alice, post, **JSON)
    assert page.status_code == answer.status_code == status
    assert page.headers.get("Retry-After") == answer.headers.get("Retry-After") == wait
    assert FRENCH in page.text
    assert ">Translate<" in page.text, "one can try again"
    assert sentence in page.text
    assert sentence in (answer.json or {})["error"]
    assert str(failure) not in page.text + answer.text, "why is for the log"
    assert kept(app) == []
    assert str(failure) in caplog.text
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert FRENCH not in caplog.text


def test_a_person_cannot_use_up_what_the_service_gives(
    people: People, app: Flask, alice: PageClient, charlie: PageClient, interpreter: Interpreter
) -> None:
    posts = [write(people, app, f"{FRENCH} {number}") for number in range(MOST_ASKED + 1)]
    for number in posts[:-1]:
        assert ask(alice, number, **JSON).status_code == 200
    refused, page = ask(alice, posts[-1], **JSON), ask(alice, posts[-1])
    assert refused.status_code == page.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "Wait a little" in (refused.json or {})["error"]
    assert "Wait a little" in page.text
    assert len(interpreter.asked) == MOST_ASKED
    assert ask(alice, posts[0]).status_code == 200, "what is kept costs nothing"
    assert ask(charlie, posts[-1]).status_code == 200, "others are not held up"


def test_failures_count_too(alice: PageClient, interpreter: Interpreter, post: int) -> None:
    interpreter.failure = TranslatorUnavailable("away")
    statuses = [ask(alice, post, **JSON).status_code for _ in range(MOST_ASKED + 1)]
    assert statuses == [503] * MOST_ASKED + [429]


def test_no_transaction_is_open_while_the_service_is_asked(
    app: Flask, alice: PageClient, people: People, interpreter: Interpreter, post: int
) -> None:
    seen: list[Any] = []

    def look() -> None:
        seen.append(db.session().in_transaction())
        seen.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]
        # Somebody else can write meanwhile, and nothing keeps the log of the database from being emptied.
        people.post("charlie", "meanwhile")
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                assert connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).scalar() == 0

    interpreter.meanwhile = look
    assert ask(alice, post, **JSON).status_code == 200
    assert seen == [False, 0]


def test_a_post_that_is_deleted_meanwhile_is_gone(
    app: Flask, alice: PageClient, interpreter: Interpreter, post: int
) -> None:
    def delete() -> None:
        with app.app_context(), transaction() as session:
            delete_post(session.get_one(Post, post))

    interpreter.meanwhile = delete
    assert ask(alice, post).status_code == 404
    assert kept(app) == []


def test_a_post_that_is_deleted_while_the_service_fails_is_gone(
    app: Flask, alice: PageClient, interpreter: Interpreter, post: int
) -> None:
    def delete() -> None:
        with app.app_context(), transaction() as session:
            delete_post(session.get_one(Post, post))

    interpreter.meanwhile = delete
    interpreter.failure = TranslatorUnavailable("away")
    assert ask(alice, post).status_code == 404


def test_a_translation_that_cannot_be_kept_can_be_read(
    app: Flask, alice: PageClient, post: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageFull

    monkeypatch.setattr(routes.service, "keep_translation", full)
    assert f"{FRENCH}, in en" in ask(alice, post).text
    assert kept(app) == []


def test_several_who_ask_at_the_same_moment_are_all_answered_and_one_answer_is_kept(
    app: Flask, people: People, post: int
) -> None:
    browsers = [people.browser(name) for name in ("alice", "bob", "charlie")]
    answers = at_once(*[lambda browser=browser: ask(browser, post, **JSON).status_code for browser in browsers])
    assert answers == [200, 200, 200]
    assert len(kept(app)) == 1


def test_a_list_takes_as_many_queries_for_many_foreign_posts_as_for_few(
    people: People, app: Flask, alice: PageClient, statements: Statements
) -> None:
    counts = []
    for shown in (3, 25):
        while people.count_posts() < shown:
            write(people, app)
        alice.get("/explore")
        statements.seen.clear()
        with statements:
            assert alice.get("/explore").text.count(">Translate<") == shown
        counts.append(len(statements.queries))
    assert counts[0] == counts[1]


def test_a_page_of_a_translation_takes_few_queries(alice: PageClient, statements: Statements, post: int) -> None:
    ask(alice, post)
    token = alice.token("/explore")
    with statements:
        alice.post("/translate", data={"csrf_token": token, "post_id": post})
    assert len(statements.queries) <= 6
    assert not statements.writes


def test_everybody_is_told_to_whom_translated_posts_are_sent(app: Flask, alice: PageClient) -> None:
    assert "only posts that somebody wants translated are sent to a dictionary." in alice.page("/explore").text
    app.extensions[TRANSLATOR] = None
    assert "Everything here stays on this machine." in alice.page("/explore").text


def test_without_a_translator_there_is_no_button_and_no_answer(
    app: Flask, alice: PageClient, interpreter: Interpreter, post: int
) -> None:
    app.extensions[TRANSLATOR] = None
    assert "Translate" not in alice.get("/explore").text
    assert ask(alice, post).status_code == 404
    assert interpreter.asked == []
