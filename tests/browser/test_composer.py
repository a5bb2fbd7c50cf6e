"""The composer counts as a reader does, keeps what was typed, and sends it once."""

from __future__ import annotations

import pytest
from person import Person
from playwright.sync_api import expect

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
    ],
)
def test_what_is_left_is_shown_in_the_characters_that_the_server_counts(alice: Person, text: str, shown: str) -> None:
    alice.open("/")
    alice.type(text)
    expect(alice.page.get_by_text(shown, exact=True)).to_be_visible()


def test_a_text_that_is_too_long_comes_back_whole_with_the_reason(alice: Person) -> None:
    alice.open("/")
    alice.type("y" * 281)
    alice.press("Post")
    alice.see("This is too long by 1")
    expect(alice.composer).to_have_value("y" * 281)
    expect(alice.page.locator("[data-summary]")).to_be_focused()


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


def test_a_double_click_makes_one_post(alice: Person) -> None:
    alice.open("/")
    alice.type("only one of these")
    alice.page.get_by_role("button", name="Post", exact=True).dblclick(no_wait_after=True)
    alice.see("Posted.")
    alice.open("/user/alice")
    expect(alice.page.get_by_text("only one of these")).to_have_count(1)


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
