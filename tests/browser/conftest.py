"""A real browser before a real appliance."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from person import Person
from playwright.sync_api import Browser, StorageState, expect, sync_playwright
from running import Running, port_of_nobody, running

# Limits are for failures only; a slow machine must not fail.
LIMIT_MILLISECONDS = 30_000
# As root in a container there is no sandbox to be had; the browser sees nothing but our own pages.
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs chromium")
    expect.set_options(timeout=LIMIT_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield browser
        browser.close()


# Both appliances ask for the browser first: without it nothing needs to be started.
@pytest.fixture
def new_appliance(browser: Browser, tmp_path: Path) -> Iterator[Running]:
    """An appliance that nobody has used yet."""
    with running(tmp_path, port_of_nobody()) as appliance:
        yield appliance


@pytest.fixture(scope="session")
def appliance(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An appliance for all tests; alice sets it up."""
    with running(tmp_path_factory.mktemp("appliance"), port_of_nobody()) as appliance:
        yield appliance


@pytest.fixture(scope="session")
def alices_cookies(browser: Browser, appliance: Running) -> StorageState:
    """What the browser keeps of alice, who has set the appliance up."""
    with browser.new_context() as context:
        Person(context.new_page(), appliance.address, "alice").set_up(appliance.setup_code)
        return context.storage_state()


def open_browsers(browser: Browser) -> Iterator[Callable[..., Person]]:
    """Let people open browsers of their own, in whose pages nothing may go wrong."""
    people: list[Person] = []

    def open_browser(address: str, name: str = "visitor", **options: Any) -> Person:
        context = browser.new_context(**options)
        context.set_default_timeout(LIMIT_MILLISECONDS)
        people.append(Person(context.new_page(), address, name))
        return people[-1]

    yield open_browser
    complaints = {person.name: person.watch.complaints() for person in people}
    for person in people:
        person.page.context.close()
    assert not any(complaints.values()), complaints


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Person]]:
    """Let somebody open a browser: `visit(address, name, **options of Playwright's context)`."""
    yield from open_browsers(browser)


@pytest.fixture(scope="module")
def visit_for_long(browser: Browser) -> Iterator[Callable[..., Person]]:
    """The same for browsers that stay open for all tests of a module."""
    yield from open_browsers(browser)


@pytest.fixture
def alice(appliance: Running, alices_cookies: StorageState, visit: Callable[..., Person]) -> Person:
    """Alice, logged in, in a browser of her own."""
    return visit(appliance.address, "alice", storage_state=alices_cookies)
