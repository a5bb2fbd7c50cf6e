"""The composer counts as a reader does, keeps what was typed, and sends it once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from person import Person
from playwright.sync_api import Locator, Route, StorageState, expect
from running import Running

pytestmark = pytest.mark.browser
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("abc", "277 left"),
        (FAMILY, "279 left"),
        ("e\N{COMBINING ACUTE ACCENT}", "279 left"),
        ("  a  \n", "279 left"),
        ("a\nb", "277 left"),
        (FAMILY * 280, "0 left"),
        ("x" * 283, "3 too many"),
        ("\u1100" * 300, "20 too many"),
        ("Z" + "\u030d\u0316" * 10, "259 left"),
        ("\u3164\u200b \u2800", "280 left"),
        ("\u200b\u2764\ufe0f\u2060\x85", "279 left"),
        ("\u2060\u0d15\u0d4d\u200d\u3164", "279 left"),
    ],
)
def test_what_is_left_is_shown_in_the_characters_that_the_server_counts(alice: Person, text: str, shown: str) -> None:
    alice.open("/")
    alice.type(text)
    expect(alice.page.get_by_text(shown, exact=True)).to_be_visible()


def test_a_text_is_marked_as_soon_as_it_is_too_long(alice: Person) -> None:
    alice.open("/")
    alice.type("z" * 280)
    count = alice.page.locator("[data-composer-count]")
    expect(count).to_have_text("0 left")
    usual = count.evaluate("element => getComputedStyle(element).color")
    expect(count).to_have_css("color", usual)
    alice.type("z" * 281)
    expect(count).to_have_text("1 too many")
    expect(count).not_to_have_css("color", usual)


def test_a_text_that_is_too_long_comes_back_whole_with_the_reason(alice: Person) -> None:
    alice.open("/")
    alice.type("y" * 281)
    alice.press("Post")
    alice.see("This is too long by 1")
    expect(alice.composer).to_have_value("y" * 281)
    expect(alice.composer).to_be_focused()
    count, error = alice.page.locator("[data-composer-count]"), alice.page.locator("[data-composer-error]")
    expect(count).to_be_hidden()
    alice.type("y" * 282)
    expect(count).to_have_text("2 too many")
    expect(error).to_be_hidden()


def test_what_was_typed_survives_a_reload_and_goes_once_it_is_posted(alice: Person) -> None:
    alice.open("/")
    alice.type("half a thought")
    alice.open("/explore")
    alice.open("/")
    expect(alice.composer).to_have_value("half a thought")
    alice.page.reload()
    expect(alice.composer).to_have_value("half a thought")
    alice.press("Post")
    alice.see("Posted.")
    expect(alice.composer).to_have_value("")
    alice.page.reload()
    expect(alice.composer).to_have_value("")


def test_what_was_typed_survives_a_log_in_that_ended_meanwhile(alice: Person) -> None:
    alice.open("/")
    alice.type("written for an hour")
    alice.page.context.clear_cookies()
    alice.press("Post")
    expect(alice.page.get_by_role("heading", name="Log in")).to_be_visible()
    alice.log_in()
    expect(alice.composer).to_have_value("written for an hour")


@pytest.mark.parametrize(("script", "times"), [(True, 1), (False, 2)], ids=["with JavaScript", "without JavaScript"])
def test_pressing_the_button_again_while_the_post_is_on_its_way_makes_one_post(
    appliance: Running, alices_cookies: StorageState, visit: Callable[..., Person], script: bool, times: int
) -> None:
    alice = visit(appliance.address, "alice", storage_state=alices_cookies, java_script_enabled=script)
    text = f"only one of these, sent {times} times"
    sent: list[Route] = []

    def answer_slowly(route: Route) -> None:
        sent.append(route)
        answer = route.fetch(max_redirects=0)
        # The post is made. Only now, before its answer is shown, the button is pressed again.
        if len(sent) == 1:
            alice.page.mouse.click(*place)
        route.fulfill(response=answer)

    alice.open("/")
    alice.type(text)
    # By the mouse itself, because the button's own click waits for the page that is to come.
    place = middle_of(alice.page.get_by_role("button", name="Post", exact=True))
    alice.page.route(lambda _url: True, lambda route: answer_slowly(route) if is_post(route) else route.continue_())
    alice.page.mouse.click(*place)
    alice.see("Posted.")
    assert len(sent) == times, "with JavaScript the button rests; without it the server sees to it"
    alice.page.unroute_all(behavior="wait")
    alice.open("/user/alice")
    expect(alice.page.get_by_text(text)).to_have_count(1)


def is_post(route: Route) -> bool:
    return route.request.method == "POST"


def middle_of(button: Locator) -> tuple[float, float]:
    box = button.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_control_and_enter_posts(alice: Person) -> None:
    alice.open("/")
    alice.type("sent by the keyboard")
    alice.composer.press("Control+Enter")
    alice.see("Posted.")
    alice.see("sent by the keyboard")


def test_coming_back_by_the_history_the_button_works_again(alice: Person) -> None:
    alice.write("the first of two")
    alice.open("/explore")
    alice.page.go_back()
    alice.type("the second of two")
    alice.press("Post")
    alice.see("the second of two")
