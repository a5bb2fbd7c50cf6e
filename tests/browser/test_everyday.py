"""What people do every day: write at length, open posts and menus, read messages of the page and times."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from person import Person
from playwright.sync_api import Locator, StorageState, expect
from running import Running

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
PARAGRAPH = "a long paragraph without any line break goes on and on " * 20
HEIGHTS = "field => [field.clientHeight, field.scrollHeight, window.innerHeight]"
Visit = Callable[..., Person]


@pytest.fixture(params=[{}, {"viewport": PHONE}], ids=["desk", "phone"])
def writer(request: pytest.FixtureRequest, appliance: Running, alices_cookies: StorageState, visit: Visit) -> Person:
    """Alice before a wide and a narrow screen."""
    return visit(appliance.address, "alice", storage_state=alices_cookies, **request.param)


def heights(field: Locator) -> tuple[int, int, int]:
    inside, text, window = field.evaluate(HEIGHTS)
    return inside, text, window


@pytest.mark.parametrize("path", ["/", "/edit_profile"])
def test_a_field_grows_with_wrapped_text_and_leaves_room_on_the_screen(writer: Person, path: str) -> None:
    writer.open(path)
    field = writer.page.locator("main textarea")
    field.fill(PARAGRAPH[:279])
    inside, text, _ = heights(field)
    assert text <= inside + 1
    field.fill(PARAGRAPH * 20)
    inside, text, window = heights(field)
    assert text > inside
    assert inside <= window * 0.65
    writer.page.evaluate("localStorage.clear()")


def test_a_field_grows_in_browsers_without_field_sizing(
    appliance: Running, alices_cookies: StorageState, visit: Visit
) -> None:
    alice = visit(appliance.address, "alice", storage_state=alices_cookies, bypass_csp=True, viewport=PHONE)
    alice.page.add_init_script(
        "CSS.supports = () => false;"
        "document.addEventListener('DOMContentLoaded', () => document.head.append(Object.assign("
        "document.createElement('style'), {textContent: 'textarea.form-control { field-sizing: fixed !important }'})))"
    )
    alice.open("/")
    alice.page.wait_for_load_state("load")
    alice.composer.press_sequentially("a")
    alice.composer.fill(PARAGRAPH[:279])
    inside, text, _ = heights(alice.composer)
    assert text <= inside + 1
    alice.page.evaluate("localStorage.clear()")


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("path", ["/explore", "/user/alice", "/", "/index"])
def test_write_leads_into_the_field(
    appliance: Running, alices_cookies: StorageState, visit: Visit, path: str, script: bool
) -> None:
    cookies = {"storage_state": alices_cookies, "java_script_enabled": script}
    alice = visit(appliance.address, "alice", viewport=PHONE, **cookies)
    alice.open(path)
    alice.page.get_by_role("link", name="Write", exact=True).click()
    expect(alice.composer).to_be_focused()
    alice.page.keyboard.type("typed at once")
    expect(alice.composer).to_have_value("typed at once")
    if script:
        alice.page.evaluate("localStorage.clear()")


def test_a_message_of_the_page_moves_nothing_and_can_be_put_away(writer: Person) -> None:
    writer.open("/")
    before = writer.composer.bounding_box()
    writer.write("hello from above")
    flash = writer.page.locator("[data-flash]")
    expect(flash).to_be_visible()
    assert writer.composer.bounding_box() == before
    box = flash.bounding_box()
    assert box
    assert before
    assert box["y"] > before["y"] + before["height"]
    flash.get_by_role("button").click()
    expect(flash).to_be_hidden()


def test_without_javascript_a_message_of_the_page_can_be_put_away(
    appliance: Running, alices_cookies: StorageState, visit: Visit
) -> None:
    alice = visit(appliance.address, "alice", storage_state=alices_cookies, java_script_enabled=False)
    alice.write("hello without scripts")
    flash = alice.page.locator("[data-flash]")
    flash.get_by_role("button").click()
    expect(flash).to_be_hidden()


def test_a_confirmation_goes_by_itself_unless_it_is_read(alice: Person) -> None:
    alice.page.clock.install()
    alice.write("a passing message")
    flash = alice.page.locator("[data-flash]")
    flash.hover()
    alice.page.clock.fast_forward(30_000)
    expect(flash).to_be_visible()
    alice.page.mouse.move(0, 0)
    alice.page.clock.fast_forward(30_000)
    expect(flash).to_be_hidden()


def test_one_menu_is_open_and_closes_by_escape_and_by_a_click_elsewhere(alice: Person) -> None:
    alice.write("one with a menu")
    alice.write("another with a menu")
    menus = alice.page.locator("[data-menu]")
    buttons = menus.locator("summary")
    opened = alice.page.locator("[data-menu][open]")
    buttons.nth(0).click()
    expect(opened).to_have_count(1)
    buttons.nth(1).click()
    expect(opened).to_have_count(1)
    expect(menus.nth(1)).to_have_attribute("open", "")
    alice.page.keyboard.press("Escape")
    expect(opened).to_have_count(0)
    expect(buttons.nth(1)).to_be_focused()
    buttons.nth(0).click()
    alice.page.get_by_role("heading", name="Home").click()
    expect(opened).to_have_count(0)
    buttons.nth(0).click()
    alice.page.keyboard.press("Tab")
    alice.page.keyboard.press("Tab")
    expect(opened).to_have_count(0)


def test_a_click_beside_the_list_of_keys_closes_it(alice: Person) -> None:
    alice.open("/explore")
    alice.page.keyboard.press("?")
    dialog = alice.page.get_by_role("dialog", name="Keyboard shortcuts")
    dialog.get_by_role("heading").click()
    expect(dialog).to_be_visible()
    alice.page.mouse.click(5, 5)
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize("key", ["Enter", "o"])
def test_the_keyboard_opens_a_post(alice: Person, key: str) -> None:
    alice.write("to be opened by a key")
    alice.open("/explore")
    alice.page.keyboard.press("j")
    alice.page.keyboard.press(key)
    alice.page.wait_for_url(re.compile(r"/post/\d+$"))
    alice.see("to be opened by a key")


def test_the_card_of_a_post_opens_it_and_its_parts_work_as_usual(alice: Person) -> None:
    alice.write("words to select in a #post")
    alice.open("/explore")
    body = alice.page.locator("[data-post-body]").first
    body.dblclick(position={"x": 10, "y": 10})
    assert alice.page.evaluate("getSelection().toString().trim()") == "words"
    assert alice.page.url.endswith("/explore")
    alice.page.evaluate("getSelection().removeAllRanges()")
    with alice.page.context.expect_page() as opened:
        body.click(position={"x": 10, "y": 10}, modifiers=["ControlOrMeta"])
    assert re.search(r"/post/\d+$", opened.value.url)
    opened.value.close()
    with alice.page.context.expect_page() as opened:
        body.click(position={"x": 10, "y": 10}, button="middle")
    opened.value.close()
    assert alice.page.url.endswith("/explore")
    alice.page.locator("article .avatar-link").first.click()
    alice.page.wait_for_url("**/user/alice")
    alice.page.go_back()
    alice.page.locator("article [data-menu] summary").first.click()
    assert alice.page.url.endswith("/explore")
    alice.page.keyboard.press("Escape")
    alice.page.get_by_role("link", name="#post").first.click()
    alice.page.wait_for_url("**/search?q=*")
    alice.page.go_back()
    body.click(position={"x": 10, "y": 10})
    alice.page.wait_for_url(re.compile(r"/post/\d+$"))


@pytest.mark.parametrize("zone", ["Europe/Madrid", "Asia/Kolkata", "America/New_York"])
def test_all_times_of_a_page_are_in_the_zone_of_the_device(
    appliance: Running, alices_cookies: StorageState, visit: Visit, zone: str
) -> None:
    alice = visit(appliance.address, "alice", storage_state=alices_cookies, timezone_id=zone)
    alice.write("at what time?")
    alice.page.locator("article .post__time").first.click()
    times = alice.page.locator("main [data-time]")
    expect(times).to_have_count(2)
    tooltip, text = times.nth(0).get_attribute("title"), times.nth(1).inner_text()
    assert tooltip == text
    moment = datetime.fromisoformat(str(times.nth(1).get_attribute("datetime")))
    clock = moment.astimezone(ZoneInfo(zone)).strftime("%I:%M").lstrip("0")
    assert clock in text
    alice.page.locator(".post__author").first.hover()
    card = alice.page.locator(".card-over [data-time]")
    assert str(card.get_attribute("title")).split()[-1] == text.split()[-1], "the card has the same zone"


def test_a_name_has_the_room_on_a_phone(writer: Person) -> None:
    writer.write("who am I?")
    writer.open("/explore")
    time = writer.page.locator("article time").first
    long, short = time.locator(".time__long"), time.locator(".time__short")
    narrow = (writer.page.viewport_size or {})["width"] < 480
    assert (short.evaluate("each => each.offsetWidth > 0"), long.evaluate("each => each.offsetWidth > 1")) == (
        narrow,
        not narrow,
    )
