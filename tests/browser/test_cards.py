"""The card over a name: by pointer and by keyboard, and out of the way again."""

from __future__ import annotations

import pytest
from person import Person
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser


def card_of(person: Person) -> Locator:
    return person.page.locator(".card-over")


@pytest.fixture
def reader(alice: Person) -> Person:
    """Alice before a page with a post."""
    alice.write("Good morning, @nobody.of.that.name")
    alice.open("/explore")
    return alice


def test_it_opens_under_the_pointer_and_closes_when_that_leaves(reader: Person) -> None:
    reader.page.locator(".post__author").first.hover()
    expect(card_of(reader)).to_be_visible()
    expect(card_of(reader)).to_contain_text("Last seen")
    card_of(reader).hover()
    expect(card_of(reader)).to_be_visible()
    reader.page.get_by_role("heading", name="Explore").hover()
    expect(card_of(reader)).to_have_count(0)


def test_the_keyboard_opens_it_gets_into_it_and_puts_it_away(reader: Person) -> None:
    reader.page.locator("article").first.focus()
    reader.page.keyboard.press("Tab")
    expect(card_of(reader)).to_be_visible()
    reader.page.keyboard.press("Tab")
    expect(card_of(reader).get_by_role("link")).to_be_focused()
    reader.page.keyboard.press("Escape")
    expect(card_of(reader)).to_have_count(0)


def test_it_stays_on_the_screen(reader: Person) -> None:
    reader.page.set_viewport_size({"width": 360, "height": 740})
    reader.page.locator(".post__author").first.hover()
    expect(card_of(reader)).to_be_visible()
    box = card_of(reader).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert box["y"] >= 0
