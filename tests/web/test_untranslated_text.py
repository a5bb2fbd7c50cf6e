"""No text of ours on any page is in one language only: with a catalogue of marked texts, every text shown is marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from interpreter import Interpreter
from page import PageClient
from people import People
from test_access import ROUTES, Access

from app.cli.translate import extract
from app.core.database import transaction
from app.translating.routes import TRANSLATOR
from app.translating.service import record_languages
from app.translators.interface import NotTranslatable, TranslatorUnavailable

# What people wrote, what the keyboard has, names of things, what stands between texts, and the one text that the forms'
# library translates itself.
NOT_OURS = re.compile(
    r"Microblog|alice|bob|charlie|words that alice wrote|a letter to alice|a script|/api/openapi\.json|@|example\.org"
    r"|http://localhost\S*|English|Español|^[A-Za-z/?]$|\{count\}|\{zone\}"
    # Values of the status page.
    r"|Docker|Python [\d.]+, \w+|^\w+Error$|memory|whoosh|\d+\.\d+\.\d+|\d{4}-\d\d-\d\d \d\d:\d\d UTC|\d+ MiB"
    r"|\d+(\+| %)?"
    r"|Opción inválida"
)
ATTRIBUTES = (
    *("aria-label", "title", "placeholder", "alt"),
    *("data-left", "data-over", "data-original", "data-working", "data-failure"),
)
# Their text comes from the database of languages and time zones.
BORROWED = {"time", "option"}
EMPTY = {"input", "img", "br", "meta", "link", "hr", "source"}


class Texts(HTMLParser):
    """Every text of a page that people see or hear."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[str] = []
        self._apart = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in EMPTY:
            self._open.append(tag)
        # What is marked as English in a Spanish page is meant to be: the reference of the API.
        # And posts are their authors'.
        known = dict(attributes)
        if self._apart or (tag != "html" and known.get("lang") == "en") or "data-post-body" in known:
            self._apart += tag not in EMPTY
        elif tag not in BORROWED:
            self.found += [value for name, value in attributes if name in ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass
        self._apart = max(0, self._apart - 1)

    def handle_data(self, data: str) -> None:
        if not self._apart and not BORROWED & set(self._open):
            self.found.append(data)


def unmarked(html: str) -> list[str]:
    """What of the texts is ours and not marked."""
    rest = [NOT_OURS.sub("", re.sub("⟦[^⟧]*⟧", "", text)) for text in Texts(html).found]
    return [text.strip() for text in rest if re.search(r"\w", text)]


@pytest.fixture(scope="session")
def marked_texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Catalogues in which every text of the program stands between marks, as the Spanish ones."""
    folder = tmp_path_factory.mktemp("marked")
    template = folder / "messages.pot"
    extract(template)
    with template.open("rb") as file:
        texts = read_po(file)
    marked = Catalog(locale="es")
    for message in texts:
        if message.id:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = tuple(f"⟦{text}⟧" for text in ids)
            marked.add(message.id, strings if len(ids) > 1 else strings[0], context=message.context)
    compiled = folder / "es" / "LC_MESSAGES" / "messages.mo"
    compiled.parent.mkdir(parents=True)
    with compiled.open("wb") as file:
        write_mo(file, marked)
    return folder


@pytest.fixture
def app(make_app: Callable[[], Flask], marked_texts: Path) -> Iterator[Flask]:
    """The application, speaking in marked texts to whoever asks for Spanish."""
    app = make_app()
    babel = app.extensions["babel"]
    before = list(babel.translation_directories)
    with app.app_context():
        loaded = babel.instance.domain_instance.cache
    babel.translation_directories[:] = [str(marked_texts)]
    loaded.clear()
    yield app
    babel.translation_directories[:] = before
    loaded.clear()


PAGES = [route for route in ROUTES if route.method == "GET" and not route.rule.startswith(("/static", "/bootstrap"))]


def named(route: Access) -> str:
    return route.rule


@pytest.mark.parametrize("route", PAGES, ids=named)
@pytest.mark.parametrize("name", ["", "alice", "charlie"])
def test_every_text_of_a_page_can_be_translated(people: People, app: Flask, route: Access, name: str) -> None:
    people.post("alice", "words that alice wrote")
    people.write("bob", "alice", "a letter to alice")
    client = people.browser(name) if name else PageClient(app)
    answer = client.get(route.url, headers={"Accept-Language": "es"}, follow_redirects=True)
    if answer.mimetype == "text/html":
        assert "⟦" in answer.text
        assert unmarked(answer.text) == []


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/", {"post": ""}),
        ("/", {"post": "x" * 300}),
        ("/", {"post": "\x00"}),
        ("/edit_profile", {"username": "no name", "about_me": "x" * 300}),
        ("/edit_profile", {"username": "bob"}),
        ("/preferences", {"language": "tlh", "time_zone": "Mars"}),
        ("/auth/password", {"password_now": "wrong", "password": "short", "password2": "other"}),
        ("/auth/tokens", {"name": ""}),
        ("/send_message/alice", {"message": "to myself"}),
        ("/follow/alice", {}),
        ("/follow/nobody", {}),
    ],
)
def test_every_complaint_can_be_translated(alice: PageClient, address: str, data: dict[str, str]) -> None:
    token = alice.token("/auth/password")
    answer = alice.post(address, data={"csrf_token": token, **data}, headers={"Accept-Language": "es"})
    assert answer.status_code >= 400
    assert unmarked(re.sub(r"<textarea.*?</textarea>", "", answer.text, flags=re.DOTALL)) == []


@pytest.mark.parametrize("failure", [TranslatorUnavailable("away"), NotTranslatable("no")])
def test_every_text_about_a_translation_can_be_translated(
    people: People, app: Flask, alice: PageClient, failure: TranslatorUnavailable
) -> None:
    app.extensions[TRANSLATOR] = interpreter = Interpreter()
    interpreter.failure = failure
    post = people.post("alice", "words that alice wrote")
    with app.app_context(), transaction():
        record_languages({post: "en"})
    data = {"csrf_token": alice.token("/explore"), "post_id": post}
    page = alice.get("/explore", headers={"Accept-Language": "es"})
    answer = alice.post("/translate", data=data, headers={"Accept-Language": "es"})
    for html in (page.text, answer.text):
        assert 'action="/translate"' in html
        assert unmarked(html) == []


def test_a_text_in_one_language_only_would_be_noticed() -> None:
    assert unmarked("<p>⟦Good⟧ 3 alice</p><p title='⟦Fine⟧'>Bad</p>") == ["Bad"]
    assert unmarked("<p title='Bad'>⟦Good⟧</p>") == ["Bad"]
    assert unmarked("<div lang=en>Fine<br><p title='Fine'>Fine</p>Fine</div>Bad") == ["Bad"]
