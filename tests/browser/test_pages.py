"""Every page on a phone and a desk, by day and by night: no accessibility fault, nothing from elsewhere, no error."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from person import Person
from playwright.sync_api import StorageState
from running import Running

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / ".cache" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
LONG_NAME = "Maria.de-los-Angeles_Fernandez_Gonzalez_y_Rodriguez_de_la_Vega_9"
LIMIT_SECONDS = 60
TEXTS = [
    "Good morning from the harbour!\n\nThe ferry is late, so there is time for a coffee with @alice. #coffee",
    "https://example.org/" + "a/very/long/path/" * 12,
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "w" * 200,
]
# path, and what must be seen on it so that it is the page that is meant
FOR_VISITORS = {"/auth/login": "Log in", "/auth/register": "Make an account"}
FOR_MEMBERS = {
    "/": "harbour",
    "/?page=99": "No older posts",
    "/explore": "harbour",
    "/user/alice": "Administrator",
    f"/user/{LONG_NAME}": "No posts yet",
    "/post/1": "harbour",
    "/search": "Finds posts by everybody",
    "/search?q=harbour": "1 post",
    "/search?q=zebra": "Nothing found",
    "/no/such/page": "Nothing here",
}


@pytest.fixture(scope="module")
def axe() -> str:
    """The accessibility checker."""
    if not AXE.exists():
        pytest.skip("needs axe-core")
    return AXE.read_text()


@pytest.fixture(scope="module", autouse=True)
def content(appliance: Running, alices_cookies: StorageState, browser) -> None:
    """Posts of every kind, which search finds, and somebody with a very long name."""
    context = browser.new_context(storage_state=alices_cookies)
    alice = Person(context.new_page(), appliance.address, "alice")
    for text in TEXTS:
        alice.write(text)
    other = Person(browser.new_page(), appliance.address, LONG_NAME)
    other.register()
    other.page.close()
    until = time.monotonic() + LIMIT_SECONDS
    while "1 post" not in alice.page.inner_text("main"):
        assert time.monotonic() < until, "the post is found"
        alice.search("harbour")
    context.close()


@pytest.fixture(params=[(PHONE, "light"), (PHONE, "dark"), (DESK, "light"), (DESK, "dark")],
                ids=["phone by day", "phone by night", "desk by day", "desk by night"])  # fmt: skip
def screen(request: pytest.FixtureRequest) -> dict[str, object]:
    """The size of a screen and the colours that its owner likes."""
    return {"viewport": request.param[0], "color_scheme": request.param[1]}


@pytest.fixture
def visitor(appliance: Running, visit: Callable[..., Person], screen: dict[str, object]) -> Person:
    """Somebody who is not logged in."""
    # The checker is put into the page by a script of ours, which the page's own policy would refuse.
    return visit(appliance.address, bypass_csp=True, **screen)


@pytest.fixture
def member(
    appliance: Running, alices_cookies: StorageState, visit: Callable[..., Person], screen: dict[str, object]
) -> Person:
    """Alice, logged in."""
    return visit(appliance.address, "alice", storage_state=alices_cookies, bypass_csp=True, **screen)


def check(person: Person, axe: str) -> None:
    """Fail if the page shown has an accessibility fault or is wider than its screen."""
    person.page.evaluate(axe)
    faults = person.page.evaluate("axe.run(document)")["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == []
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert person.page.evaluate(wider) <= 0, "it scrolls sideways"


def test_pages_for_visitors_are_accessible(visitor: Person, axe: str) -> None:
    for path, text in FOR_VISITORS.items():
        visitor.open(path)
        visitor.see(text)
        check(visitor, axe)


def test_pages_for_members_are_accessible(member: Person, axe: str) -> None:
    for path, text in FOR_MEMBERS.items():
        member.open(path)
        member.see(text)
        check(member, axe)


def test_forms_that_came_back_are_accessible(visitor: Person, member: Person, axe: str) -> None:
    visitor.open("/auth/register")
    visitor.page.get_by_label("Username").fill("not a name")
    visitor.page.get_by_label("E-mail").fill("nobody@nowhere")
    for label in ("Password", "Repeat the password"):
        visitor.page.get_by_label(label, exact=True).fill("short")
    visitor.press("Make my account")
    visitor.see("Please look at this again")
    check(visitor, axe)
    member.open("/")
    member.type("x" * 290)
    member.press("Post")
    member.see("too long by 10")
    check(member, axe)
    member.page.evaluate("localStorage.clear()")


def test_the_list_of_keys_is_accessible(member: Person, axe: str) -> None:
    member.open("/explore")
    member.page.keyboard.press("?")
    member.page.get_by_role("dialog").wait_for()
    check(member, axe)


def test_nothing_comes_from_elsewhere_and_nothing_is_refused_or_fails(appliance: Running, alice: Person) -> None:
    complaints: list[str] = []
    alice.page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    alice.page.on("pageerror", lambda error: complaints.append(str(error)))
    alice.page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    alice.page.on(
        "request",
        lambda request: None if request.url.startswith(appliance.address + "/") else complaints.append(request.url),
    )
    for path in [path for path in FOR_MEMBERS if path != "/no/such/page"]:
        alice.open(path)
        alice.page.wait_for_load_state("networkidle")
    alice.write("and once more")
    assert complaints == []
    alice.page.evaluate("console.error('heard')")
    assert complaints == ["error: heard"], "it would be noticed"
