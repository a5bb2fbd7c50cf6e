"""Whoever likes the keyboard can do everything by it; whoever does not is left in peace."""

from __future__ import annotations

import pytest
from person import Person
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_keys_lead_around_and_to_the_composer(alice: Person) -> None:
    alice.write("first")
    alice.write("second")
    keyboard = alice.page.keyboard
    keyboard.press("g")
    keyboard.press("e")
    alice.page.wait_for_url("**/explore")
    posts = alice.page.locator("article")
    keyboard.press("j")
    expect(posts.nth(0)).to_be_focused()
    keyboard.press("j")
    expect(posts.nth(1)).to_be_focused()
    keyboard.press("k")
    expect(posts.nth(0)).to_be_focused()
    keyboard.press("/")
    expect(alice.page.get_by_role("searchbox")).to_be_focused()
    keyboard.press("n")
    expect(alice.page.get_by_role("searchbox")).to_have_value("n")
    posts.nth(0).focus()
    keyboard.press("n")
    expect(alice.composer).to_be_focused()
    keyboard.type("gm/?")
    expect(alice.composer).to_have_value("gm/?")


def test_keys_can_be_listed_and_switched_off(alice: Person) -> None:
    alice.open("/explore")
    alice.page.keyboard.press("?")
    dialog = alice.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Use these shortcuts").uncheck()
    dialog.get_by_role("button", name="Close").click()
    alice.page.reload()
    alice.page.keyboard.press("?")
    alice.page.keyboard.press("g")
    alice.page.keyboard.press("m")
    expect(alice.page.get_by_role("heading", name="Explore")).to_be_visible()
    expect(dialog).to_be_hidden()


def test_the_first_stop_of_the_tab_key_skips_to_the_content(alice: Person) -> None:
    alice.open("/explore")
    alice.page.keyboard.press("Tab")
    expect(alice.page.get_by_role("link", name="Skip to content")).to_be_focused()
    alice.page.keyboard.press("Enter")
    expect(alice.page.locator("main")).to_be_focused()
