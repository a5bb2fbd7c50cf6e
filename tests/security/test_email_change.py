"""Another e-mail address: with the password, and where letters are sent, by a link in a letter to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from page import PageClient
from people import PASSWORD, People
from postbox import Postbox, text_of
from statements import Statements

from app.accounts.emails import tell_password_changed
from app.accounts.queries import get_user
from app.attempts.service import EMAILS_BY, EMAILS_TO, NOTICES
from app.core.config import Settings
from app.core.database import transaction
from app.security import service

PAGE = "/auth/email"
NEW = "bob@new.example.org"


def email_of(app: Flask, name: str = "bob") -> str:
    with app.app_context():
        return get_user(name).email


def ask(client: PageClient, email: str = NEW, password: str = PASSWORD) -> int:
    return client.send(PAGE, {"email": email, "password_now": password}).status_code


def test_without_letters_the_password_is_enough(app: Flask, people: People, bob: PageClient) -> None:
    assert ask(bob) == 302
    assert email_of(app) == NEW
    assert "bob has another e-mail address" in people.browser("alice").page("/admin/events").text


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [(NEW, "wrong password", "not your password"), ("nonsense", PASSWORD, "not an e-mail address")],
)  # fmt: skip
def test_what_is_wrong_is_told_and_changes_nothing(
    app: Flask, bob: PageClient, email: str, password: str, said: str
) -> None:
    answer = bob.send(PAGE, {"email": email, "password_now": password})
    assert (answer.status_code, said in answer.text) == (422, True)
    assert email_of(app) == "bob@example.org"


class TestWithLetters:
    """Where MAIL_SERVER is set."""

    @pytest.fixture
    def settings(self, settings: Settings, postbox: Postbox) -> Settings:
        return replace(settings, mail=postbox.settings, public_url="https://pi.local", registration="open")

    @pytest.fixture
    def link(self, app: Flask, bob: PageClient, postbox: Postbox, work: Callable[[], None]) -> str:
        """The path of the link in the letter."""
        assert ask(bob) == 302
        work()
        letters = {letter["To"]: letter for letter in postbox.letters}
        assert set(letters) == {NEW, "bob@example.org"}
        assert NEW in text_of(letters["bob@example.org"])
        found = re.search(r"https?://\S+?(/auth/email/\S+)", text_of(letters[NEW]))
        assert found is not None
        assert found[1] in text_of(letters[NEW], "html")
        return found[1]

    def test_the_old_one_stays_until_the_link_is_opened_and_its_button_pressed(
        self, app: Flask, bob: PageClient, client: PageClient, link: str, statements: Statements
    ) -> None:
        assert f"{NEW} waits to be confirmed" in bob.page("/auth/security").text
        with statements:
            client.get(link)
        assert not statements.writes
        assert email_of(app) == "bob@example.org"
        assert client.post(link, data={"csrf_token": "forged"}).status_code == 400
        assert client.send(link).status_code == 302
        assert email_of(app) == NEW
        assert "waits to be confirmed" not in bob.page("/auth/security").text

    def test_a_member_has_few_e_mails_sent_to_strangers(
        self, people: People, postbox: Postbox, work: Callable[[], None]
    ) -> None:
        for number in range(EMAILS_BY.free):
            assert ask(people.browser("bob"), f"stranger{number}@example.net") == 302
        browser = people.browser("bob")
        browser.environ_base["REMOTE_ADDR"] = "198.51.100.1"
        assert ask(browser, "another@example.net") == 429, "wherever the account asks"
        work()
        assert [letter for letter in postbox.letters if letter["To"] == "another@example.net"] == []

    def test_one_stranger_gets_few_e_mails_whatever_page_asks_for_them(
        self, app: Flask, people: People, client: PageClient, postbox: Postbox, work: Callable[[], None]
    ) -> None:
        stranger = "dora@example.org"
        fields = {"username": "dora", "email": stranger, "password": PASSWORD, "password2": PASSWORD}
        for name in ("alice", "bob", "charlie"):
            for address in (stranger, "Do.ra+1@EXAMPLE.org"):
                assert ask(people.browser(name), address) == 302
        for _ in range(5):
            assert client.send("/auth/register", fields).status_code in (302, 422)
            assert client.send("/auth/reset_password_request", {"email": stranger}).status_code == 302
        work()
        to_strangers = [each["To"] for each in postbox.letters if each["To"].lower().startswith("do")]
        assert len(to_strangers) == EMAILS_TO.free, "nobody here has that address, so no link for a password"

    def test_the_old_address_is_told_of_each_change(
        self, people: People, bob: PageClient, postbox: Postbox, work: Callable[[], None]
    ) -> None:
        for _ in range(EMAILS_TO.free + 1):
            ask(bob)
        work()
        assert [letter["To"] for letter in postbox.letters].count("bob@example.org") == EMAILS_TO.free + 1
        assert [letter["To"] for letter in postbox.letters].count(NEW) == EMAILS_TO.free

    def test_notices_about_an_account_do_not_fill_its_postbox(
        self, app: Flask, people: People, postbox: Postbox, work: Callable[[], None]
    ) -> None:
        for _ in range(NOTICES.free + 5):
            with app.app_context(), transaction():
                tell_password_changed(get_user("bob"))
        work()
        assert len(postbox.letters) == NOTICES.free

    def test_it_is_good_once_and_only_the_newest(
        self, app: Flask, bob: PageClient, client: PageClient, link: str
    ) -> None:
        ask(bob, "another@example.org")
        assert client.get(link).status_code == 422
        ask(bob)
        assert client.get(link).status_code == 422, "a new letter has a new link"

    def test_used_it_is_worthless(self, client: PageClient, link: str) -> None:
        client.send(link)
        assert client.get(link).status_code == 422

    def test_it_ends_after_a_day(self, client: PageClient, link: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(service, "SECONDS", -1)
        assert client.get(link).status_code == 422

    def test_who_takes_the_address_meanwhile_keeps_it(self, app: Flask, client: PageClient, link: str) -> None:
        app.test_cli_runner().invoke(args=["user", "create", "eve", NEW])
        assert client.send(link).status_code == 409
        assert email_of(app) == "bob@example.org"

    def test_a_token_of_the_api_is_not_enough(self, app: Flask, people: People, client: PageClient) -> None:
        headers = people.program("bob")
        answer = client.put("/api/users/2", json={"email": NEW}, headers=headers)
        assert (answer.status_code, "Security" in answer.get_json()["message"]) == (403, True)
        assert client.put("/api/users/2", json={"about_me": "new"}, headers=headers).status_code == 200
        assert email_of(app) == "bob@example.org"
