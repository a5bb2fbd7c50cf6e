"""A real browser before a real appliance."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from person import Person
from playwright.sync_api import Browser, StorageState, expect, sync_playwright

from bench.appliance import Appliance

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


@pytest.fixture
def new_appliance(tmp_path: Path) -> Iterator[Appliance]:
    """An appliance that nobody has used yet."""
    with Appliance(tmp_path) as appliance:
        yield appliance


@pytest.fixture(scope="module")
def appliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Appliance]:
    """An appliance for the tests of a module."""
    with Appliance(tmp_path_factory.mktemp("appliance")) as appliance:
        yield appliance


@pytest.fixture(scope="module")
def alices_cookies(browser: Browser, appliance: Appliance) -> StorageState:
    """What the browser keeps of alice, who has set the appliance up."""
    context = browser.new_context()
    Person(context.new_page(), appliance.address, "alice").set_up(appliance.setup_code)
    cookies = context.storage_state()
    context.close()
    return cookies


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Person]]:
    """Let somebody open a browser of their own: `visit(address, name, **options of Playwright's context)`."""
    contexts = []

    def open_browser(address: str, name: str = "visitor", **options: Any) -> Person:
        context = browser.new_context(**options)
        context.set_default_timeout(LIMIT_MILLISECONDS)
        contexts.append(context)
        return Person(context.new_page(), address, name)

    yield open_browser
    for context in contexts:
        context.close()


@pytest.fixture
def alice(appliance: Appliance, alices_cookies: StorageState, visit: Callable[..., Person]) -> Person:
    """Alice, logged in, in a browser of her own."""
    return visit(appliance.address, "alice", storage_state=alices_cookies)
