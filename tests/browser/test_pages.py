"""Every page on a phone and a desk, by day and by night: no accessibility fault, not too wide, nothing goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from person import Person
from playwright.sync_api import Browser, StorageState, expect
from processes import eventually
from running import Running

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / ".cache" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
SCREENS = {
    "phone by day": {"viewport": PHONE, "color_scheme": "light"},
    "phone by night": {"viewport": PHONE, "color_scheme": "dark"},
    "desk by day": {"viewport": DESK, "color_scheme": "light"},
    "desk by night": {"viewport": DESK, "color_scheme": "dark"},
}
# Somebody with the longest name, who has written nothing and follows nobody.
NEWCOMER = "Maria.de-los-Angeles_Fernandez_Gonzalez_y_Rodriguez_de_la_Vega_9"
TEXTS = [
    "Good morning from the harbour!\n\nThe ferry is late, so there is time for a coffee with @alice. #coffee",
    "https://example.org/" + "a/very/long/path/" * 12,
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "w" * 200,
]
# Who looks, where, and what must be seen there so that it is the page that is meant.
PAGES = [
    ("visitor", "/auth/login", "No account yet?"),
    ("visitor", "/auth/register", "new people come by invitation"),
    ("visitor", "/invite/forged", "This invitation is not good"),
    ("visitor", "/auth/reset_password_request", "Ask whoever runs it"),
    ("visitor", "/no/such/page", "Nothing here"),
    ("newcomer", "/", "Your timeline is empty"),
    ("newcomer", f"/user/{NEWCOMER}", "You have not written anything yet"),
    ("alice", "/", "harbour"),
    ("alice", "/?page=99", "No older posts"),
    ("alice", "/explore", "harbour"),
    ("alice", "/user/alice", "Administrator"),
    ("alice", f"/user/{NEWCOMER}", "No posts yet"),
    ("alice", "/post/1", "More by alice"),
    ("alice", "/post/1/delete", "Delete this post?"),
    ("alice", "/edit_profile", "Save profile"),
    ("alice", "/preferences", "Language and time"),
    ("alice", "/auth/security", "Where you are logged in"),
    ("alice", "/auth/email", "Until now"),
    ("alice", "/auth/second_factor", "Let the app read this picture"),
    ("alice", "/auth/password", "Password until now"),
    ("alice", "/auth/tokens", "Make a token"),
    ("alice", "/api/docs", "Everybody's posts, newest first."),
    ("visitor", "/api/docs", "Everybody's posts, newest first."),
    ("alice", "/exports", "Make the file"),
    ("alice", "/admin/people", "Name or e-mail begins with"),
    ("alice", "/admin/people?show=waiting", "Nobody is waiting"),
    ("alice", "/admin/people?q=zebra", "Nobody found"),
    ("alice", "/admin/people/1", "This is your own account"),
    ("alice", "/admin/people/{newcomer}", "Make an administrator"),
    ("alice", "/admin/people/{newcomer}/suspend", "Wherever this person is logged in"),
    ("alice", "/admin/people/{newcomer}/promote", "An administrator can do all that you can"),
    ("alice", "/admin/people/{newcomer}/delete", "To confirm, type"),
    ("alice", "/admin/invitations", "Made until now"),
    ("alice", "/admin/events", "alice made an invitation"),
    ("alice", "/admin/health", "As text, to show to whoever helps you"),
    ("alice", "/messages", "Could you call me?"),
    ("alice", "/messages/sent", "You have not written to anybody yet"),
    ("alice", f"/messages/with/{NEWCOMER}", "Could you call me?"),
    ("newcomer", "/messages", "Nobody has written to you yet"),
    ("alice", "/search", "You can narrow it down"),
    ("alice", "/search?q=harbour", "1 hit"),
    ("alice", "/messages/search?q=call", "1 hit"),
    ("alice", "/search?q=zebra", "Nothing found"),
    ("alice", "/no/such/page", "Nothing here"),
]
Look = Callable[[str], Person]


@pytest.fixture(scope="module")
def axe() -> str:
    """The accessibility checker."""
    if not AXE.exists():
        pytest.skip("needs axe-core")
    return AXE.read_text()


@pytest.fixture(scope="module")
def cookies(axe: str, browser: Browser, appliance: Running, alices_cookies: StorageState) -> dict[str, Any]:
    """What the browsers of all who look keep; alice has written posts of every kind, which search finds."""
    with browser.new_context(storage_state=alices_cookies) as context:
        alice = Person(context.new_page(), appliance.address, "alice")
        for text in TEXTS:
            alice.write(text)
        link = alice.invite()
        eventually(lambda: alice.search("harbour") or "1 hit" in alice.page.inner_text("main"))
    with browser.new_context() as context:
        newcomer = Person(context.new_page(), appliance.address, NEWCOMER)
        newcomer.register(link)
        newcomer.send("alice", "Could you call me?")
        return {"visitor": None, "alice": alices_cookies, "newcomer": context.storage_state()}


@pytest.fixture(scope="module")
def numbers(browser: Browser, appliance: Running, cookies: dict[str, Any]) -> dict[str, str]:
    """The numbers of people by who they are here; which ones they get depends on who came before."""
    with browser.new_context(storage_state=cookies["alice"]) as context:
        alice = Person(context.new_page(), appliance.address, "alice")
        alice.open(f"/admin/people?q={NEWCOMER}")
        address = alice.page.locator("main").get_by_role("link", name=NEWCOMER).first.get_attribute("href")
        return {"newcomer": str(address).rpartition("/")[2]}


@pytest.fixture(scope="module", params=SCREENS.values(), ids=SCREENS)
def look(
    request: pytest.FixtureRequest, appliance: Running, cookies: dict[str, Any], visit_for_long: Callable[..., Person]
) -> Look:
    """Somebody before a screen, by name; one browser per person and screen."""
    looking: dict[str, Person] = {}

    def person(name: str) -> Person:
        if name not in looking:
            looking[name] = visit_for_long(appliance.address, name, storage_state=cookies[name], **request.param)
        return looking[name]

    return person


def check(person: Person, axe: str) -> None:
    """Fail if the page shown has an accessibility fault, is wider than its screen, or anything has gone wrong."""
    person.page.evaluate(axe)
    faults = person.page.evaluate("axe.run(document)")["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == []
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert person.page.evaluate(wider) <= 0, "it scrolls sideways"
    assert person.watch.complaints() == []


@pytest.mark.parametrize(("name", "path", "text"), PAGES, ids=[f"{name} at {path}" for name, path, _ in PAGES])
def test_a_page_is_accessible_and_fits_and_nothing_goes_wrong(
    look: Look, axe: str, numbers: dict[str, str], name: str, path: str, text: str
) -> None:
    person = look(name)
    person.open(path.format(**numbers))
    person.see(text)
    check(person, axe)


def test_a_new_invitation_and_a_registration_that_came_back_are_accessible(look: Look, axe: str) -> None:
    link = look("alice").invite()
    check(look("alice"), axe)
    visitor = look("visitor")
    visitor.page.goto(link)
    visitor.see("alice has invited you")
    visitor.page.get_by_label("Username").fill("not a name")
    visitor.page.get_by_label("E-mail").fill("nobody@nowhere")
    for label in ("Password", "Repeat the password"):
        visitor.page.get_by_label(label, exact=True).fill("short")
    visitor.press("Make my account")
    visitor.see("Please look at this again")
    check(visitor, axe)


def test_a_post_that_came_back_is_accessible(look: Look, axe: str) -> None:
    alice = look("alice")
    alice.open("/")
    alice.type("x" * 290)
    alice.press("Post")
    alice.see("too long by 10")
    check(alice, axe)
    alice.page.evaluate("localStorage.clear()")


def test_the_list_of_keys_is_accessible(look: Look, axe: str) -> None:
    alice = look("alice")
    alice.open("/explore")
    alice.page.keyboard.press("?")
    expect(alice.page.get_by_role("dialog")).to_be_visible()
    check(alice, axe)


def test_the_first_pages_of_an_appliance_are_accessible(
    new_appliance: Running, visit: Callable[..., Person], axe: str
) -> None:
    people = [visit(new_appliance.address, name, **screen) for name, screen in SCREENS.items()]
    for person in people:
        person.open("/")
        person.see("This appliance is new")
        check(person, axe)
    first = people[0]
    first.name = "alice"
    first.set_up(new_appliance.setup_code)
    check(first, axe)
    first.open("/explore")
    first.see("Quiet so far")
    check(first, axe)


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("console.error('heard')", "error: heard"),
        ("setTimeout(() => { throw new Error('thrown') })", "thrown"),
        ("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.2/'}))", "Content Security Policy"),
        ("document.body.setAttribute('onclick', 'void 0')", "Content Security Policy"),
        ("fetch('/no/such/thing')", "404"),
    ],
)
def test_what_goes_wrong_in_a_page_is_noticed(alice: Person, script: str, complaint: str) -> None:
    alice.open("/explore")
    notices(alice, script, complaint)


def test_what_a_page_asks_of_others_is_noticed(
    appliance: Running, alices_cookies: StorageState, visit: Callable[..., Person]
) -> None:
    # The policy of the pages would refuse it before anybody is asked.
    alice = visit(appliance.address, "alice", storage_state=alices_cookies, bypass_csp=True)
    alice.open("/explore")
    notices(alice, "new Image().src = 'http://127.0.0.2:9/'", "asked elsewhere: http://127.0.0.2:9/")


def notices(person: Person, script: str, complaint: str) -> None:
    """Do something wrong in the page of this person, whose watch then says so."""
    assert person.watch.complaints() == []
    person.page.evaluate(f"() => {{ {script} }}")
    eventually(lambda: any(complaint in each for each in person.watch.complaints()))
    person.watch.stop()
