"""Inviting people as they do it: the link by a button and a picture, an account made by it, and the end of both."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from person import Person
from playwright.sync_api import StorageState, expect
from running import Running

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_people_are_invited_looked_after_and_deleted(
    appliance: Running, alices_cookies: StorageState, visit: Callable[..., Person], script: bool
) -> None:
    alice = visit(appliance.address, "alice", storage_state=alices_cookies, java_script_enabled=script)
    alice.open("/")
    alice.page.get_by_role("link", name="People", exact=True).click()
    alice.page.get_by_role("link", name="Invitations").click()
    alice.page.get_by_label("Note").fill("for the neighbours")
    alice.press("Make an invitation")
    alice.see("The new link")
    link = alice.page.get_by_label("The new link").input_value()
    assert link.startswith(f"{appliance.address}/invite/")
    picture = alice.page.get_by_role("img", name="QR code of the link")
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 100

    name = f"guest{int(script)}"
    guest = visit(appliance.address, name, java_script_enabled=script)
    guest.open("/auth/register")
    guest.see("new people come by invitation")
    guest.register(link)
    other = visit(appliance.address, "other", java_script_enabled=script)
    other.page.goto(link)
    other.see("This invitation is not good, or no longer")

    alice.open(f"/admin/people?q={name}")
    alice.page.get_by_role("link", name=name, exact=True).click()
    alice.see("for the neighbours")
    alice.page.get_by_role("link", name="Suspend").click()
    alice.press("Suspend")
    alice.see(f"{name} is suspended")
    guest.open("/")
    guest.see("Log in to see this page")
    alice.press("Let in again")
    alice.see("can log in again")
    alice.page.get_by_role("link", name="Delete the account").click()
    alice.page.get_by_label("Name of the account").fill(name)
    alice.press("Delete the account")
    alice.see("is being deleted")


def test_a_button_copies_the_link_and_without_scripts_there_is_none(
    appliance: Running, alices_cookies: StorageState, visit: Callable[..., Person]
) -> None:
    alice = visit(appliance.address, "alice", storage_state=alices_cookies)
    alice.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    link = alice.invite()
    alice.press("Copy")
    expect(alice.page.get_by_role("button", name="Copied")).to_be_visible()
    assert alice.page.evaluate("navigator.clipboard.readText()") == link
    plain = visit(appliance.address, "plain", storage_state=alices_cookies, java_script_enabled=False)
    plain.invite()
    expect(plain.page.get_by_role("button", name="Copy")).to_have_count(0)
    assert plain.page.get_by_label("The new link").get_attribute("readonly") is not None
