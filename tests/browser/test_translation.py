"""Translating as a reader does it: in place, back and forth, with a sentence when it fails, and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urljoin

import pytest
from person import Person
from playwright.sync_api import Browser, Locator, Route, StorageState, expect
from processes import eventually
from running import Running, port_of_nobody, running
from test_pages import AXE, SCREENS, check
from translation_services import KEY, LibreTranslateService, Service

pytestmark = pytest.mark.browser
FRENCH = "Bonjour tout le monde, le caf\u00e9 est pr\u00eat"
ENGLISH = f"{FRENCH} [en]"


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """LibreTranslate, as it is documented."""
    with LibreTranslateService() as service:
        yield service


@pytest.fixture(scope="module")
def appliance(browser: Browser, service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An appliance with that translator."""
    settings = {"MICROBLOG_TRANSLATE_URL": service.address, "MICROBLOG_TRANSLATE_KEY": KEY}
    with running(tmp_path_factory.mktemp("translating"), port_of_nobody(), **settings) as appliance:
        yield appliance


@pytest.fixture(scope="module")
def alices_cookies(browser: Browser, appliance: Running) -> StorageState:
    """What the browser keeps of alice, who has set the appliance up."""
    with browser.new_context() as context:
        Person(context.new_page(), appliance.address, "alice").set_up(appliance.setup_code)
        return context.storage_state()


@pytest.fixture(scope="module")
def untranslated(
    request: pytest.FixtureRequest,
    appliance: Running,
    alices_cookies: StorageState,
    visit_for_long: Callable[..., Person],
) -> list[str]:
    """Addresses of French posts that nobody has translated yet: one for each test, for their languages take a while."""
    writer = visit_for_long(appliance.address, "alice", storage_state=alices_cookies)
    wanted = [item for item in request.session.items if item.path == request.path and "post" in item.fixturenames]
    for _ in wanted:
        writer.write(FRENCH)
    links = writer.page.locator(".post__time").all()
    addresses = [urljoin(appliance.address, link.get_attribute("href")) for link in links]
    assert len(addresses) == len(wanted)
    writer.page.goto(addresses[0])
    eventually(lambda: writer.page.reload() and button(writer).count() == 1)
    return addresses


@pytest.fixture
def post(service: Service, alice: Person, untranslated: list[str]) -> str:
    """The address of one of them, which alice has opened."""
    service.trouble, service.reply = "", None
    address = untranslated.pop()
    alice.page.goto(address)
    alice.see("More by alice")
    expect(button(alice)).to_have_count(1)
    return address


def button(person: Person, label: str = "Translate") -> Locator:
    return person.page.get_by_role("button", name=label, exact=True)


def body(person: Person) -> Locator:
    return person.page.locator("[data-post-body]")


def result(person: Person) -> Locator:
    return person.page.get_by_role("status").filter(has=person.page.locator("xpath=self::*[@data-translation-result]"))


def test_the_translation_takes_the_place_of_the_original_and_gives_it_back(
    alice: Person, service: Service, post: str
) -> None:
    before = len(service.asked)
    expect(body(alice)).to_have_attribute("lang", "fr")
    button(alice).focus()
    alice.page.keyboard.press("Enter")
    expect(result(alice)).to_contain_text(ENGLISH)
    expect(result(alice)).to_contain_text("Translated from French by a machine, LibreTranslate. It may be wrong.")
    expect(result(alice).locator("[lang=en]")).to_have_text(ENGLISH)
    expect(body(alice)).to_be_hidden()
    expect(button(alice, "Show original")).to_be_focused()
    alice.page.keyboard.press("Enter")
    expect(body(alice)).to_be_visible()
    expect(result(alice)).to_be_empty()
    button(alice).click()
    expect(result(alice)).to_contain_text(ENGLISH)
    assert len(service.asked) == before + 1, "what was brought once is not fetched again"
    alice.page.reload()
    expect(body(alice)).to_be_visible()
    button(alice).click()
    expect(result(alice)).to_contain_text(ENGLISH)
    assert len(service.asked) == before + 1, "the appliance has kept it"


def test_while_it_is_on_its_way_the_button_says_so_and_asks_once(alice: Person, service: Service, post: str) -> None:
    held: list[Route] = []
    alice.page.route("**/translate", lambda route: held.append(route))
    button(alice).click()
    working = button(alice, "Translating…")
    expect(working).to_be_focused()
    expect(alice.page.locator("[data-translation]")).to_have_attribute("aria-busy", "true")
    working.click()
    expect(body(alice)).to_be_visible()
    assert len(held) == 1
    held[0].continue_()
    expect(result(alice)).to_contain_text(ENGLISH)
    expect(alice.page.locator("[data-translation]")).not_to_have_attribute("aria-busy", "true")
    assert len(held) == 1


def test_a_failure_is_a_sentence_and_one_can_try_again(alice: Person, service: Service, post: str) -> None:
    service.reply = (500, b"{}", {})
    button(alice).click()
    expect(result(alice)).to_have_text("The translator does not answer right now. Try again in a few minutes.")
    expect(body(alice)).to_be_visible()
    alice.page.route("**/translate", lambda route: route.abort())
    button(alice).click()
    expect(result(alice)).to_have_text("The appliance could not be reached. Try again in a moment.")
    alice.page.unroute_all()
    service.reply = None
    button(alice).click()
    expect(result(alice)).to_contain_text(ENGLISH)
    # Both failures were made on purpose.
    alice.watch.stop()


def test_somebody_who_was_logged_out_meanwhile_is_asked_to_log_in(alice: Person, post: str) -> None:
    alice.page.context.clear_cookies()
    button(alice).click()
    expect(alice.page.get_by_role("heading", name="Log in")).to_be_visible()


def test_without_javascript_a_page_shows_both(
    appliance: Running, alices_cookies: StorageState, visit: Callable[..., Person], post: str
) -> None:
    alice = visit(appliance.address, "alice", storage_state=alices_cookies, java_script_enabled=False)
    alice.page.goto(post)
    button(alice).click()
    expect(body(alice)).to_have_text(FRENCH)
    expect(result(alice)).to_contain_text(ENGLISH)
    expect(button(alice)).to_have_count(0)


def test_in_spanish_the_language_has_its_spanish_name(
    appliance: Running, alices_cookies: StorageState, visit: Callable[..., Person], post: str
) -> None:
    alice = visit(appliance.address, "alice", storage_state=alices_cookies, locale="es-ES")
    alice.page.goto(post)
    button(alice, "Traducir").click()
    expect(result(alice)).to_contain_text("Traducido del franc\u00e9s por una m\u00e1quina")


@pytest.mark.parametrize("screen", SCREENS)
def test_a_translation_is_accessible_and_fits(
    appliance: Running, alices_cookies: StorageState, visit: Callable[..., Person], post: str, screen: str
) -> None:
    if not AXE.exists():
        pytest.skip("needs axe-core")
    alice = visit(appliance.address, "alice", storage_state=alices_cookies, **SCREENS[screen])
    alice.open("/explore")
    check(alice, AXE.read_text())
    button(alice).first.click()
    expect(result(alice).first).to_contain_text(ENGLISH)
    check(alice, AXE.read_text())
