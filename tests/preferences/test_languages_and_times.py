"""Pages and letters speak the language that somebody chose, else the browser's; times are those of the chosen zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from page import Page, PageClient
from people import People
from postbox import Postbox, text_of

from app.accounts.queries import get_user
from app.core.config import Settings
from app.core.database import db, transaction
from app.core.time import utc_now
from app.handlers import build_registry
from app.indexed import build_catalogue
from app.jobs.runner import run_due
from app.posts.models import Post

PAGE = "/preferences"
SPANISH, GERMAN = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}, {"Accept-Language": "de"}


def choose(client: PageClient, language: str = "", time_zone: str = "") -> None:
    answer = client.send(PAGE, {"language": language, "time_zone": time_zone})
    assert answer.status_code == 302


def language_of(page: Page) -> str:
    return page.all("html")[0]["lang"]


def date_post(app: Flask, post_id: int, moment: datetime) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Post, post_id).created_at = moment


@pytest.mark.parametrize(
    ("asked", "language", "words"),
    [
        ({}, "en", "Log in"),
        ({"Accept-Language": "en"}, "en", "Log in"),
        (SPANISH, "es", "Iniciar sesión"),
        (GERMAN, "en", "Log in"),
        ({"Accept-Language": "de, es;q=0.1"}, "es", "Iniciar sesión"),
        ({"Accept-Language": ";;;\x7f,,q=z"}, "en", "Log in"),
    ],
)
def test_a_visitor_reads_what_the_browser_asks_for(
    client: PageClient, people: People, asked: dict[str, str], language: str, words: str
) -> None:
    page = Page(client.get("/auth/login", headers=asked).text)
    assert language_of(page) == language
    assert page.headings == [words]


def test_what_somebody_chose_counts_more_than_the_browser(alice: PageClient) -> None:
    choose(alice, "es")
    assert language_of(alice.page("/explore")) == "es"
    assert language_of(Page(alice.get("/no/such/page", headers={"Accept-Language": "en"}).text)) == "es"
    choose(alice, "en")
    assert language_of(Page(alice.get("/explore", headers=SPANISH).text)) == "en"
    choose(alice)
    assert language_of(Page(alice.get("/explore", headers=SPANISH).text)) == "es"


def test_the_choice_is_answered_in_the_chosen_language_and_shown_again(alice: PageClient) -> None:
    answer = alice.send(PAGE, {"language": "es", "time_zone": "Europe/Madrid"})
    assert "Tu elección se ha guardado." in alice.get(answer.location).text
    options = alice.page(PAGE).all("option")
    assert [option["value"] for option in options if "selected" in option] == ["es", "Europe/Madrid"]


@pytest.mark.parametrize("data", [{"language": "tlh"}, {"time_zone": "Mars/Olympus"}, {"language": "es\x00"}])
def test_what_is_not_offered_is_refused(alice: PageClient, data: dict[str, str]) -> None:
    answer = alice.send(PAGE, {"language": "", "time_zone": "", **data})
    assert answer.status_code == 422
    assert "Please look at this again" in answer.text


def test_a_choice_is_for_oneself_alone(alice: PageClient, bob: PageClient) -> None:
    choose(alice, "es", "Asia/Tokyo")
    assert language_of(bob.page("/explore")) == "en"


def test_the_first_language_of_the_settings_is_for_whoever_asks_for_none(settings: Settings, make_app) -> None:
    app = make_app(replace(settings, languages=("es", "en")))
    People(app).settle()
    assert language_of(Page(PageClient(app).get("/auth/login", headers=GERMAN).text)) == "es"


def test_a_language_that_is_no_longer_offered_counts_as_not_chosen(settings: Settings, make_app) -> None:
    app = make_app()
    choose(People(app).settle().browser("alice"), "es")
    only = make_app(replace(settings, languages=("en",)))
    assert language_of(Page(People(only).browser("alice").get("/explore", headers=SPANISH).text)) == "en"


@pytest.mark.parametrize(
    ("language", "age", "words"),
    [
        ("en", timedelta(seconds=5), "just now"),
        ("es", timedelta(seconds=5), "ahora mismo"),
        ("en", timedelta(minutes=5), "5 minutes ago"),
        ("es", timedelta(minutes=5), "hace 5 minutos"),
        ("es", timedelta(days=3), "hace 3 días"),
    ],
)
def test_the_age_of_a_post_is_said_in_the_readers_language(
    app: Flask, people: People, alice: PageClient, language: str, age: timedelta, words: str
) -> None:
    date_post(app, people.post("bob", "hello"), utc_now() - age)
    choose(alice, language)
    assert words in alice.page("/explore").text


@pytest.mark.parametrize(
    ("language", "zone", "words"),
    [
        ("en", "", "July 1, 2024, 11:30"),
        ("es", "", "1 de julio de 2024, 23:30 UTC"),
        ("es", "Europe/Madrid", "2 de julio de 2024, 1:30 CEST"),
        ("en", "America/New_York", "July 1, 2024, 7:30"),
        ("es", "Asia/Kolkata", "2 de julio de 2024, 5:00"),
    ],
)
def test_a_date_is_that_of_the_readers_time_zone_without_any_script(
    app: Flask, people: People, alice: PageClient, language: str, zone: str, words: str
) -> None:
    post = people.post("bob", "hello")
    date_post(app, post, datetime(2024, 7, 1, 23, 30, tzinfo=UTC))
    choose(alice, language, zone)
    text = alice.page(f"/post/{post}").text
    assert words in text
    assert ("jul 2024" if language == "es" else "Jul 1, 2024") in text


def test_the_appliances_time_zone_is_for_whoever_chose_none(settings: Settings, make_app) -> None:
    app = make_app(replace(settings, time_zone="Asia/Tokyo"))
    people = People(app).settle()
    post = people.post("bob", "hello")
    date_post(app, post, datetime(2024, 7, 1, 23, 30, tzinfo=UTC))
    assert "July 2, 2024, 8:30" in people.browser("alice").page(f"/post/{post}").text


@pytest.mark.parametrize(
    ("chosen", "asked", "subject", "words"),
    [
        ("", {}, "A new password for Microblog", "somebody, probably you"),
        ("", SPANISH, "Una contraseña nueva para Microblog", "alguien, probablemente tú"),
        ("es", {}, "Una contraseña nueva para Microblog", "alguien, probablemente tú"),
        ("en", SPANISH, "A new password for Microblog", "somebody, probably you"),
    ],
)
def test_a_letter_is_in_the_language_of_whoever_gets_it(
    settings: Settings, make_app, index, chosen: str, asked: dict[str, str], subject: str, words: str
) -> None:
    with Postbox() as postbox:
        own = replace(settings, mail=postbox.settings)
        app = make_app(own)
        choose(People(app).settle().browser("bob"), chosen)
        visitor = PageClient(app)
        token = visitor.token("/auth/login")
        form = {"csrf_token": token, "email": "bob@example.org"}
        visitor.post("/auth/reset_password_request", data=form, headers=asked)
        with app.app_context():
            registry = build_registry(index, build_catalogue(), own)
            while run_due(registry):
                pass
        (letter,) = postbox.letters
    assert letter["Subject"] == subject
    assert words in text_of(letter)
    assert f'<html lang="{"es" if "tú" in words else "en"}">' in text_of(letter, "html")


def test_the_choice_costs_no_query_of_its_own(alice: PageClient, statements) -> None:
    with statements:
        alice.get("/explore")
    before = list(statements.queries)
    choose(alice, "es", "Europe/Madrid")
    with statements:
        alice.get("/explore")
    # The first page also asks whether there is an account.
    assert statements.queries[len(before) :] == before[1:]


def test_nothing_is_stored_where_nothing_was_chosen(app: Flask, alice: PageClient) -> None:
    choose(alice, "es", "Europe/Madrid")
    choose(alice)
    with app.app_context():
        user = get_user("alice")
        assert (user.language, user.time_zone) == (None, None)
