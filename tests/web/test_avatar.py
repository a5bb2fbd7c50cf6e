"""Pictures are drawn from names, here, and look the same everywhere."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from page import Page, PageClient
from people import People

from app.core.config import Settings
from app.web.avatar import COLOURS, gravatar, hue, initials, picture

STYLES = Path(__file__).parents[2] / "app" / "static" / "css" / "avatar.css"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("alice", "A"), ("ada.lovelace", "AL"), ("a-b-c", "AB"), ("_", "_"), ("...", "."), ("x_", "X"), ("9lives", "9")],
)
def test_a_name_is_shortened_to_its_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_the_colour_depends_on_the_name_and_not_on_its_case() -> None:
    assert hue("Alice") == hue("ALICE")
    assert len({hue(f"user{number}") for number in range(200)}) == len(COLOURS)


def test_the_pictures_have_the_colours_of_the_stylesheet() -> None:
    found = re.findall(r"\.avatar--hue-(\d+) \{\s+--avatar: (#[0-9a-f]{6});", STYLES.read_text())
    assert [colour for _, colour in sorted(found, key=lambda each: int(each[0]))] == list(COLOURS)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", COLOURS)
def test_white_letters_can_be_read_on_every_colour(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


def test_a_picture_is_sound_and_holds_nothing_but_the_name() -> None:
    root = ElementTree.fromstring(picture('<script>&"'))  # noqa: S314  our own
    assert root.find("{*}title").text == '<script>&"'
    assert [element.tag.rpartition("}")[2] for element in root] == ["title", "rect", "text"]


@pytest.mark.usefixtures("people")
def test_a_picture_is_served_to_anybody_for_any_name_that_there_could_be(client: PageClient) -> None:
    # The last two as names may be that were brought along from another Microblog.
    for name in ("alice", "nobody-at-all", "<b>", "Mary%20Ann"):
        answer = client.get(f"/user/{name}/avatar.svg")
        assert answer.status_code == 200
        assert answer.mimetype == "image/svg+xml"
        assert "max-age" in answer.headers["Cache-Control"]
    for name in ("x" * 65, "%00", "%E2%80%AEabc", "%20alice", "..", "%EF%BF%BE"):
        assert client.get(f"/user/{name}/avatar.svg").status_code == 404


def test_gravatar_is_told_a_hash_of_the_address_whatever_its_case() -> None:
    # The SHA-256 of me@example.org, as sha256sum prints it.
    digest = "855c94f3498940b241d6b5e78bb6f9293b941953b2799f8b925bd25180571d77"
    for address in ("me@example.org", " Me@Example.ORG "):
        assert gravatar(address, 80) == f"https://gravatar.com/avatar/{digest}?s=80&d=identicon"


def test_gravatar_is_asked_only_where_a_setting_says_so(settings: Settings, make_app, people: People) -> None:
    people.post("bob", "hello")
    assert "gravatar" not in people.browser("alice").get("/explore").text
    app = make_app(replace(settings, avatars="gravatar"))
    # Not the client that checks pages: it refuses whatever comes from somewhere else.
    client = people.browser("alice")
    client.application = app
    answer = FlaskClient.open(client, "/explore")
    pictures = [image["src"] for image in Page(answer.text).all("img")]
    assert gravatar("bob@example.org", 80) in pictures
    assert "img-src 'self' data: https://gravatar.com;" in answer.headers["Content-Security-Policy"]
