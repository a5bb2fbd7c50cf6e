"""Whatever characters a text holds, it stays inside its place; long ones are folded; nothing of it is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from person import Person
from playwright.sync_api import Locator, StorageState, expect
from running import Running

pytestmark = pytest.mark.browser

MANY_LINES = "top\n" + "\n" * 200 + "bottom"
HOSTILE = {
    "marks": ("Z" + "\u030d\u0316" * 7) * 60 + ("Z" + "\u030d\u0316" * 14),
    "Hangul": "\u1100" * 15 + " " + "\u1100\u1161\u11a8" * 40,
    "no blanks": "W" * 280,
    "address": "https://example.org/" + "w" * 250,
    "tag": "#" + "W" * 250,
    "blanks": "x" + "\u00a0" * 270 + "x",
    "wide": "\ufdfd" * 200,
    "cuneiform": "\U0001242b" * 200,
    "tabs": "\t".join("abcdefgh" * 12),
    "right to left": "\u0634" * 270,
    "joined": "\U0001f469\u200d\u2764\ufe0f\u200d\U0001f468" * 100,
    "lines": MANY_LINES,
}


@pytest.fixture(scope="module")
def full(
    browser: object, appliance: Running, alices_cookies: StorageState, visit_for_long: Callable[..., Person]
) -> None:
    """All of these texts, as posts of alice."""
    alice = visit_for_long(appliance.address, "alice", storage_state=alices_cookies)
    for text in HOSTILE.values():
        alice.write(text)


@pytest.fixture(params=[390, 1280], ids=["phone", "desktop"])
def reader(
    request: pytest.FixtureRequest,
    full: None,
    appliance: Running,
    alices_cookies: StorageState,
    visit: Callable[..., Person],
) -> Person:
    """Alice before a narrow or a wide screen."""
    size = {"width": request.param, "height": 800}
    return visit(appliance.address, "alice", storage_state=alices_cookies, viewport=size)


@pytest.mark.parametrize("path", ["/explore", "/", "/user/alice", "/search?q=top"])
def test_page_is_as_wide_as_the_screen(reader: Person, path: str) -> None:
    reader.open(path)
    widths = reader.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] == widths[1]


def test_text_stays_inside_its_card(reader: Person) -> None:
    reader.open("/explore")
    for body in reader.page.locator("[data-post-body]").all():
        assert body.evaluate("element => getComputedStyle(element).overflow") == "clip"
        card = body.locator("xpath=ancestor::article")
        outer, inner = card.bounding_box(), body.bounding_box()
        assert outer
        assert inner
        assert outer["x"] <= inner["x"]
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]
        assert outer["y"] <= inner["y"]
        assert inner["y"] + inner["height"] <= outer["y"] + outer["height"]


def long_post(person: Person) -> Locator:
    return person.page.locator("[data-post]", has=person.page.locator(".fold")).first


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_long_text_is_folded_until_more_is_asked_for(
    full: None, appliance: Running, alices_cookies: StorageState, visit: Callable[..., Person], script: bool
) -> None:
    alice = visit(appliance.address, "alice", storage_state=alices_cookies, java_script_enabled=script)
    alice.open("/explore")
    body = long_post(alice).locator("[data-post-body]")
    height = "element => element.getBoundingClientRect().height"
    folded = body.evaluate(height)
    assert folded < 400
    long_post(alice).get_by_text("Show more").click()
    expect(long_post(alice).get_by_text("Show less")).to_be_visible()
    assert body.evaluate(height) > 4000
    long_post(alice).get_by_text("Show less").click()
    assert body.evaluate(height) == folded


def test_long_text_is_whole_on_its_own_page(alice: Person, full: None) -> None:
    alice.open("/explore")
    alice.open(long_post(alice).locator(".post__time").get_attribute("href") or "")
    expect(alice.page.locator(".fold")).to_have_count(0)


def test_indentation_is_shown(alice: Person) -> None:
    alice.write("def f(x):\n    if x:\n\treturn  1")
    alice.open("/explore")
    body = alice.page.locator("[data-post-body]").first
    expect(body).to_have_css("white-space", "pre-wrap")
    assert body.evaluate("element => element.innerText") == "def f(x):\n    if x:\n\treturn  1"


def test_card_over_a_name_in_a_text_is_not_cut(alice: Person) -> None:
    alice.write("@alice")
    alice.open("/explore")
    alice.page.locator(".mention").first.hover()
    card = alice.page.locator(".card-over")
    expect(card).to_be_visible()
    box = card.bounding_box()
    assert box
    place = {"x": box["x"] + 20, "y": box["y"] + box["height"] - 10}
    script = "({x, y}) => document.elementFromPoint(x, y).closest('.card-over') !== null"
    assert alice.page.evaluate(script, place)
