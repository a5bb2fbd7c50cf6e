"""Nobody finds out by making or changing an account whether an e-mail address has one here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from page import Page, PageClient
from people import PASSWORD, People
from postbox import Postbox, text_of
from sqlalchemy import func, select
from statements import Statements

from app.accounts import passwords
from app.accounts.models import WAITING, User
from app.accounts.queries import find_user, get_account
from app.administration import service as administration
from app.attempts import service as attempts
from app.attempts.service import EMAILS_TO
from app.core.config import Settings
from app.core.database import db, transaction
from app.invitations import service, tasks
from app.invitations.models import Registration
from app.invitations.service import create_invitation

FREE, KNOWN = "dora@example.org", "Alice@example.org"
BOTH = pytest.mark.parametrize("mode", ["open", "approval"], indirect=True)


@pytest.fixture
def mode(request: pytest.FixtureRequest) -> str:
    """How people come in."""
    return str(getattr(request, "param", "open"))


@pytest.fixture
def settings(settings: Settings, mode: str) -> Settings:
    """Without letters, unless a class below says otherwise."""
    return replace(settings, registration=mode)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What hashes of passwords were made or compared."""
    made: list[str] = []
    for name in ("generate_password_hash", "check_password_hash"):
        real = getattr(passwords, name)

        def counting(*given: Any, name: str = name, real: Callable[..., Any] = real, **options: Any) -> Any:
            made.append(name)
            return real(*given, **options)

        monkeypatch.setattr(passwords, name, counting)
    return made


def fields(email: str, username: str = "dora") -> dict[str, str]:
    return {"username": username, "email": email, "password": PASSWORD, "password2": PASSWORD}


def seen(client: PageClient, address: str, data: dict[str, str], then: str | None) -> tuple[int, str | None, str]:
    """All that somebody sees who sends a form: the status, where it leads, and the page there."""
    answer = client.send(address, data)
    return answer.status_code, answer.location, client.page(then or str(answer.location)).text


def numbered(text: str) -> str:
    return re.sub(r"\d+", "N", text)


def shapes(statements: Statements) -> list[str]:
    """What was sent to the database, in its order, without what differs by chance."""
    return [numbered(each) for each in statements.seen]


class TestWithoutLetters:
    """Nothing is ever sent to an address, so it opens nothing, and two accounts may have given the same."""

    @BOTH
    def test_registering_looks_the_same_and_takes_the_same_work(
        self, app: Flask, people: People, statements: Statements, hashes: list[str]
    ) -> None:
        found, worked, sent = [], [], []
        for name, email in (("dora", FREE), ("dana", KNOWN)):
            client = PageClient(app)
            client.get("/auth/login")
            hashes.clear()
            statements.seen.clear()
            with statements:
                found.append(seen(client, "/auth/register", fields(email, name), None))
            worked.append(list(hashes))
            sent.append(shapes(statements))
        assert found[0] == (*found[1][:2], found[1][2].replace("dana", "dora"))
        assert worked == [["generate_password_hash"]] * 2
        assert sent[0] == sent[1]
        with app.app_context():
            assert (get_account("dora").email, get_account("dana").email) == (FREE, "Alice@example.org")

    def test_both_accounts_work_and_may_change_what_others_see(self, app: Flask, people: People) -> None:
        client = PageClient(app)
        client.send("/auth/register", fields(KNOWN))
        assert client.send("/edit_profile", {"username": "dora2", "about_me": "new"}).location == "/user/dora2"
        with app.app_context():
            assert {user.email.lower() for user in (get_account("alice"), get_account("dora2"))} == {KNOWN.lower()}
        alice = people.browser("alice")
        assert {"alice", "dora2"} <= set(alice.page("/admin/people?q=alice@").text.split())

    def test_programs_are_answered_the_same(self, app: Flask, people: People, hashes: list[str]) -> None:
        answers = []
        for name, email in (("dora", FREE), ("emil", KNOWN)):
            hashes.clear()
            body = {"username": name, "email": email, "password": PASSWORD}
            answer = PageClient(app).post("/api/users", json=body)
            text = numbered(answer.text.replace(name, "NAME"))
            answers.append((answer.status_code, sorted(answer.headers.keys()), text, list(hashes)))
        assert answers[0] == answers[1]
        assert answers[0][0] == 201

    def test_changing_ones_address_looks_the_same(self, app: Flask, people: People) -> None:
        found = []
        for name, email in (("bob", FREE), ("charlie", KNOWN)):
            data = {"email": email, "password_now": PASSWORD}
            status, place, text = seen(people.browser(name), "/auth/email", data, "/auth/security")
            found.append((status, place, text.replace(name, "NAME").replace(email, "ADDRESS")))
            headers = people.program(name)
            answer = PageClient(app).put(
                f"/api/users/{2 if name == 'bob' else 3}", json={"email": "alice@example.org"}, headers=headers
            )
            assert answer.status_code == 403, "a token alone changes no address"
        assert found[0] == found[1]

    @pytest.mark.parametrize("mode", ["invite"], indirect=True)
    def test_an_invitation_tells_no_more(self, app: Flask, people: People) -> None:
        with app.app_context(), transaction():
            token = create_invitation(None, 2, None, "")
        found = [
            seen(PageClient(app), f"/invite/{token}", fields(email, name), None)
            for name, email in (("dora", FREE), ("dana", KNOWN))
        ]
        assert found[0] == (*found[1][:2], found[1][2].replace("dana", "dora"))
        assert people.count_users() == 5

    def test_names_which_everybody_sees_are_told(self, people: People, client: PageClient) -> None:
        answer = client.send("/auth/register", fields(KNOWN, "Alice"))
        assert (answer.status_code, "This name is taken" in answer.text) == (422, True)

    def test_in_the_shell_it_is_told_for_who_has_that_reads_everything(self, app: Flask, people: People) -> None:
        result = app.test_cli_runner().invoke(args=["user", "create", "dora", KNOWN])
        assert "has an account already" in result.output
        assert people.count_users() == 3


class TestWithLetters:
    """The answer is always the same; what differs stands in the letter, which the address's owner alone reads."""

    @pytest.fixture
    def settings(self, settings: Settings, postbox: Postbox) -> Settings:
        return replace(settings, mail=postbox.settings, public_url="https://pi.local")

    @pytest.fixture
    def link(self, people: People, client: PageClient, postbox: Postbox, work: Callable[[], None]) -> str:
        """The path of the link that dora was sent."""
        client.send("/auth/register", fields(FREE))
        work()
        return link_in(postbox)

    @BOTH
    def test_the_answer_and_the_work_are_the_same(
        self, app: Flask, people: People, statements: Statements, hashes: list[str]
    ) -> None:
        found, worked, sent = [], [], []
        for email in (FREE, KNOWN, "nobody-reads-this@example.org"):
            client = PageClient(app)
            client.environ_base["REMOTE_ADDR"] = f"198.51.100.{len(found)}"
            client.get("/auth/login")
            hashes.clear()
            statements.seen.clear()
            with statements:
                found.append(seen(client, "/auth/register", fields(email), "/auth/login"))
            worked.append(list(hashes))
            sent.append(shapes(statements))
        assert found[0] == found[1] == found[2]
        assert found[0][:2] == (302, "/auth/login")
        assert "A letter is on its way to you" in found[0][2]
        assert worked == [["generate_password_hash"]] * 3
        assert sent[0] == sent[1] == sent[2]
        assert people.count_users() == 3, "nobody has an account before the link is opened"

    def test_a_free_address_gets_a_link_that_finishes_the_account(
        self, app: Flask, people: People, client: PageClient, link: str, statements: Statements
    ) -> None:
        with statements:
            assert FREE in client.page(link).text
        assert not statements.writes
        answer = client.send(link, {"username": "dora", "password": PASSWORD})
        assert (answer.status_code, answer.location) == (302, "/")
        assert "Welcome. Your account is ready" in client.page("/index").text, "and who has it is in"
        assert "dora made an account" in people.browser("alice").page("/admin/events").text
        with app.app_context():
            assert db.session.scalar(select(func.count()).select_from(Registration)) == 0
        assert PageClient(app).page(link, 422), "the link is good once"

    def test_a_known_address_gets_a_letter_that_leads_to_its_account(
        self, people: People, client: PageClient, postbox: Postbox, work: Callable[[], None], app: Flask
    ) -> None:
        client.send("/auth/register", fields(KNOWN))
        work()
        (letter,) = postbox.letters
        assert letter["To"] == "alice@example.org"
        for text in (text_of(letter), text_of(letter, "html")):
            assert "It has one already: alice." in text
            assert re.search(r"https?://\S+/auth/login\b", text)
            assert re.search(r"https?://\S+/auth/reset_password_request\b", text)
            assert "/auth/register/" not in text
        with app.app_context():
            assert db.session.scalar(select(func.count()).select_from(Registration)) == 0

    def test_whose_account_cannot_be_used_is_told_whom_to_ask(
        self, app: Flask, people: People, client: PageClient, postbox: Postbox, work: Callable[[], None]
    ) -> None:
        with app.app_context(), transaction():
            administration.suspend(get_account("bob"), None)
        client.send("/auth/register", fields("bob@example.org"))
        work()
        assert "It cannot be used to log in now" in text_of(postbox.letters[0])
        assert "/auth/login" not in text_of(postbox.letters[0])

    def test_it_speaks_the_language_of_whoever_asks(
        self, people: People, client: PageClient, postbox: Postbox, work: Callable[[], None]
    ) -> None:
        token = client.token("/auth/register")
        spanish = {"Accept-Language": "es"}
        client.post("/auth/register", data=fields(FREE) | {"csrf_token": token}, headers=spanish)
        work()
        assert "Termina" in str(postbox.letters[0]["Subject"])

    def test_who_only_reads_the_letter_makes_no_account_for_somebody_else(
        self, app: Flask, people: People, client: PageClient, link: str
    ) -> None:
        for _ in range(5):
            answer = client.send(link, {"username": "dora", "password": "another password"})
            assert answer.status_code == 422
            assert "not the password that you chose" in Page(answer.text).text
        assert client.send(link, {"username": "dora", "password": PASSWORD}).status_code == 429
        assert people.count_users() == 3

    def test_a_name_that_was_taken_meanwhile_can_be_exchanged(
        self, app: Flask, people: People, client: PageClient, link: str
    ) -> None:
        people.make_user("DORA")
        answer = client.send(link, {"username": "dora", "password": PASSWORD})
        assert (answer.status_code, "This name is taken" in answer.text) == (422, True)

    def test_and_another_name_is_checked_as_any(self, people: People, client: PageClient, link: str) -> None:
        assert client.send(link, {"username": "a b", "password": PASSWORD}).status_code == 422
        assert client.send(link, {"username": "dora2", "password": PASSWORD}).status_code == 302
        assert "dora2" in client.page("/user/dora2").text

    def test_of_two_letters_to_an_address_one_is_good(
        self, app: Flask, people: People, client: PageClient, link: str, postbox: Postbox, work: Callable[[], None]
    ) -> None:
        postbox.letters.clear()
        client.send("/auth/register", fields("Dora@example.org", "emil"))
        work()
        assert client.send(link_in(postbox), {"username": "emil", "password": PASSWORD}).status_code == 302
        assert PageClient(app).get(link).status_code == 422

    @pytest.mark.parametrize("mode", ["approval"], indirect=True)
    def test_who_has_confirmed_still_waits_for_approval(self, app: Flask, client: PageClient, link: str) -> None:
        answer = client.send(link, {"username": "dora", "password": PASSWORD})
        assert answer.location == "/auth/login"
        assert "An administrator has to approve it" in client.page("/auth/login").text
        with app.app_context():
            assert get_account("dora").status == WAITING

    def test_a_link_ends_after_a_day_and_where_nobody_may_register_any_more(
        self, make_app: Any, settings: Settings, client: PageClient, link: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        closed = PageClient(make_app(replace(settings, registration="closed")))
        assert closed.get(link).status_code == 403
        monkeypatch.setattr(service, "REGISTRATION_LIFETIME", timedelta(seconds=-1))
        assert client.get(link).status_code == 422

    def test_what_is_never_finished_is_cleared_away(
        self, app: Flask, people: People, client: PageClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(service, "MOST_REGISTRATIONS", 2)
        for number in range(4):
            client.send("/auth/register", fields(f"user{number}@example.org", f"user{number}"))
        with app.app_context():
            assert list(db.session.scalars(select(Registration.username))) == ["user2", "user3"]

    def test_nobody_fills_a_strangers_postbox(
        self, people: People, client: PageClient, postbox: Postbox, work: Callable[[], None]
    ) -> None:
        answers = []
        for email in (FREE, KNOWN):
            for _ in range(EMAILS_TO.free + 2):
                answers.append(client.send("/auth/register", fields(email)).status_code)
        work()
        assert set(answers) == {302}, "and whoever tries does not see it"
        assert len(postbox.letters) == 2 * EMAILS_TO.free

    def test_nor_the_queue_of_letters(self, make_app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(attempts, "EMAILS_FROM", replace(attempts.EMAILS_FROM, free=2))
        app = make_app()
        People(app).settle()
        addresses = [f"user{number}@example.org" for number in range(3)]
        found = [PageClient(app).send("/auth/register", fields(email)).status_code for email in addresses]
        assert found == [302, 302, 429]

    def test_programs_are_led_to_the_page(self, people: People, client: PageClient) -> None:
        for email in (FREE, KNOWN):
            body = {"username": "dora", "email": email, "password": PASSWORD}
            answer = client.post("/api/users", json=body)
            assert (answer.status_code, "confirmed by the link" in answer.get_json()["message"]) == (403, True)
        assert people.count_users() == 3

    def test_changing_ones_address_looks_the_same_and_takes_the_same_work(
        self, app: Flask, people: People, hashes: list[str], statements: Statements, postbox: Postbox, work: Any
    ) -> None:
        found = []
        for name, email in (("bob", FREE), ("charlie", KNOWN)):
            browser = people.browser(name)
            browser.environ_base["REMOTE_ADDR"] = f"198.51.100.{len(found)}"
            browser.get("/auth/security")
            hashes.clear()
            statements.seen.clear()
            data = {"email": email, "password_now": PASSWORD}
            with statements:
                status, place, text = seen(browser, "/auth/email", data, "/auth/security")
            shown = text.replace(name, "NAME").replace(email, "ADDRESS")
            found.append((status, place, shown, list(hashes), shapes(statements)))
        assert found[0] == found[1]
        work()
        letters = {str(letter["To"]): text_of(letter) for letter in postbox.letters}
        assert set(letters) == {FREE, "Alice@example.org", "bob@example.org", "charlie@example.org"}
        assert "/auth/email/" in letters[FREE]
        assert "/auth/email/" not in letters["Alice@example.org"]
        assert "charlie wants to have this address" in letters["Alice@example.org"]

    def test_accounts_from_before_there_were_letters_get_new_passwords_all_the_same(
        self, app: Flask, people: People, client: PageClient, postbox: Postbox, work: Callable[[], None]
    ) -> None:
        with app.app_context(), transaction():
            dora = db.session.get(User, 3)
            assert dora is not None
            dora.email, dora.email_key = "bob@example.org", "shared with bob"
        client.send("/auth/reset_password_request", {"email": "bob@example.org"})
        work()
        assert {str(letter["To"]) for letter in postbox.letters} == {"bob@example.org"}
        texts = " ".join(text_of(letter) for letter in postbox.letters)
        assert ("Hello bob" in texts, "Hello charlie" in texts) == (True, True)


def link_in(postbox: Postbox) -> str:
    """The path of the link in the only letter."""
    (letter,) = postbox.letters
    assert letter["To"].lower() == FREE
    found = re.search(r"https?://\S+?(/auth/register/\S+)", text_of(letter))
    assert found is not None
    assert found[1] in text_of(letter, "html")
    return found[1]


def test_no_letter_is_written_for_a_registration_that_is_gone(
    app: Flask, people: People, work: Callable[[], None]
) -> None:
    with app.app_context():
        tasks.answer_registrations([{"id": 99, "address": "https://pi.local", "language": "en"}])
        assert find_user("dora") is None
