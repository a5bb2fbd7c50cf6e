"""From an appliance that nobody has used to a post that somebody else finds, as people would do it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from person import Person
from playwright.sync_api import expect
from processes import eventually
from running import Running

pytestmark = pytest.mark.browser


def finds(person: Person, words: str) -> bool:
    person.search(words)
    return person.page.locator("article").count() > 0


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_people_set_up_register_post_find_follow_and_leave(
    new_appliance: Running, visit: Callable[..., Person], script: bool
) -> None:
    address = new_appliance.address
    alice = visit(address, "alice", java_script_enabled=script)
    alice.set_up(new_appliance.setup_code)
    alice.write("Welcome to all of you, from alice")

    bob = visit(address, "bob", java_script_enabled=script)
    bob.register(alice.invite())
    bob.see("Your timeline is empty")
    bob.write("The harbour is frozen")
    eventually(lambda: finds(alice, "HARBOUR"))
    alice.see("The harbour is frozen")

    alice.page.locator("article").get_by_role("link", name="bob").click()
    alice.press("Follow bob")
    alice.see("You follow bob now")
    alice.open("/")
    alice.see("The harbour is frozen")
    alice.open("/user/bob")
    alice.press("Unfollow bob")
    alice.see("You no longer follow bob")
    alice.open("/")
    expect(alice.page.get_by_text("The harbour is frozen")).to_have_count(0)

    bob.log_out()
    bob.open("/explore")
    bob.see("Log in to see this page")
