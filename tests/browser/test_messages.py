"""Messages as people use them: written, noticed on an open page, read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from person import Person
from playwright.sync_api import expect
from running import Running

pytestmark = pytest.mark.browser


@pytest.fixture
def dora(appliance: Running, alice: Person, visit: Callable[..., Person]) -> Person:
    """Somebody new, logged in."""
    dora = visit(appliance.address, "dora")
    dora.register(alice.invite())
    return dora


def test_an_open_page_shows_that_there_is_a_message_and_a_draft_is_kept_per_person(alice: Person, dora: Person) -> None:
    alice.page.clock.install()
    alice.open("/explore")
    badge = alice.page.locator("[data-unread-badge]")
    expect(badge).to_be_hidden()

    dora.open("/messages/with/alice")
    dora.page.get_by_label("Message", exact=True).fill("half a thought")
    dora.open("/")
    expect(dora.composer).to_have_value("")
    dora.open("/messages/with/alice")
    expect(dora.page.get_by_label("Message", exact=True)).to_have_value("half a thought")
    dora.page.get_by_label("Message", exact=True).fill("a whole thought")
    dora.press("Send message")
    dora.see("Your message is sent")
    expect(dora.page.get_by_label("Message", exact=True)).to_have_value("")

    alice.page.clock.fast_forward(60_000)
    expect(badge).to_be_visible()
    expect(badge).to_contain_text("1")
    alice.page.get_by_role("link", name="Messages").first.click()
    alice.see("a whole thought")
    expect(badge).to_be_hidden()
