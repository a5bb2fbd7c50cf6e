"""What a person does in a browser, by the words on the page."""

from __future__ import annotations

from people import PASSWORD
from playwright.sync_api import Locator, Page, expect
from watch import Watch


class Person:
    """Somebody with a page of the appliance at `address` before them."""

    def __init__(self, page: Page, address: str, name: str) -> None:
        self.page = page
        self.name = name
        self.watch = Watch(page.context, address)
        self._address = address

    def open(self, path: str) -> None:
        """Type an address."""
        self.page.goto(self._address + path)

    def see(self, text: str) -> None:
        """Wait until this text stands on the page and the scripts of the page, which come last, are at work."""
        expect(self.page.get_by_text(text, exact=False).first).to_be_visible()
        self.page.wait_for_load_state("load")

    def press(self, button: str) -> None:
        """Press a button by its words."""
        self.page.get_by_role("button", name=button, exact=True).first.click()

    def set_up(self, code: str) -> None:
        """Make the first account, from whatever address one starts."""
        self.open("/")
        self.page.get_by_label("Set-up code").fill(code)
        self._fill_in_account()
        self.press("Set up this appliance")
        self.see("You are the administrator")

    def invite(self) -> str:
        """Make an invitation, as an administrator; its link."""
        self.open("/admin/invitations")
        self.press("Make an invitation")
        return self.page.get_by_label("The new link").input_value()

    def register(self, link: str) -> None:
        """Make an account by the link of an invitation."""
        self.page.goto(link)
        self._fill_in_account()
        self.press("Make my account")
        self.see("Your account is ready")

    def log_in(self) -> None:
        """Log in on the page shown."""
        self.page.get_by_label("Username").fill(self.name)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.press("Log in")
        expect(self.page.get_by_role("heading", name="Home")).to_be_visible()

    def log_out(self) -> None:
        """Log out by the button."""
        self.press("Log out")
        self.see("You are logged out")

    def type(self, text: str) -> None:
        """Type into the composer."""
        self.composer.fill(text)

    def write(self, text: str) -> None:
        """Write a post."""
        self.open("/")
        self.type(text)
        self.press("Post")
        self.see("Posted.")

    def send(self, recipient: str, text: str) -> None:
        """Write a message to somebody, from their profile."""
        self.open(f"/user/{recipient}")
        self.page.get_by_role("link", name=f"Write to {recipient}").click()
        self.page.get_by_label("Message", exact=True).fill(text)
        self.press("Send message")
        self.see("Your message is sent")

    def search(self, words: str) -> None:
        """Look for words on the search page."""
        self.open("/search")
        self.page.get_by_label("Search posts and people").fill(words)
        self.press("Search")

    @property
    def composer(self) -> Locator:
        """Where one writes."""
        return self.page.get_by_label("Write a post")

    def _fill_in_account(self) -> None:
        self.page.get_by_label("Username").fill(self.name)
        self.page.get_by_label("E-mail").fill(f"{self.name}@example.org")
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_label("Repeat the password", exact=True).fill(PASSWORD)
