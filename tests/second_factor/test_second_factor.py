"""A second factor: switched on and off, asked for wherever a password is, each code good once."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from page import PageClient
from people import PASSWORD, People
from postbox import Postbox
from statements import Statements

from app.attempts.service import HERE
from app.core.config import Settings
from app.core.database import db, transaction
from app.jobs.models import Job
from app.second_factor import service
from app.second_factor.models import RecoveryCode, SecondFactor
from app.second_factor.totp import SECONDS, code_at, secret_of, step_of

PAGE = "/auth/second_factor"
LOG_IN = "/auth/login"
CODE = "/auth/login/code"
# From RFC 6238, appendix B, of whose eight digits these are the last six.
RFC_SECRET = b"12345678901234567890"
RFC_CODES = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}


class Clock:
    """The time that codes are told by; turned on by hand, so that no test waits or meets the end of a half minute."""

    def __init__(self) -> None:
        self.now = time.time()

    def time(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(service, "time", clock)
    return clock


class Phone:
    """Bob's phone, with the app."""

    def __init__(self, secret: bytes, clock: Clock, codes: list[str]) -> None:
        self._secret, self._clock, self.recovery = secret, clock, codes

    def code(self, steps: int = 0) -> str:
        return code_at(self._secret, int(self._clock.now) // SECONDS + steps)

    def next_code(self) -> str:
        self._clock.now += SECONDS
        return self.code()


@pytest.fixture
def phone(bob: PageClient, clock: Clock, settings: Settings) -> Phone:
    """Bob has switched a second factor on."""
    bob.get(PAGE)
    with bob.session_transaction() as session:
        secret = secret_of(settings.secret_key, session["second_factor_seed"])
    code = code_at(secret, int(clock.now) // SECONDS)
    answer = bob.send(PAGE, {"code": code, "password_now": PASSWORD})
    assert answer.status_code == 200
    return Phone(secret, clock, re.findall(r"<code>([A-Z0-9-]+)</code>", answer.text))


def first_step(client: PageClient, **more: str) -> None:
    answer = client.send(LOG_IN, {"username": "bob", "password": PASSWORD, **more})
    assert (answer.status_code, answer.location.partition("?")[0]) == (302, CODE)


def second_step(client: PageClient, code: str) -> int:
    return client.send(CODE, {"code": code}).status_code


def is_logged_in(client: PageClient) -> bool:
    return client.get("/index").status_code == 200


@pytest.mark.parametrize(("seconds", "code"), RFC_CODES.items())
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert code_at(RFC_SECRET, seconds // SECONDS) == code


@pytest.mark.parametrize(("late", "good"), [(-31, True), (-61, False), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_half_a_minute_off(late: int, good: bool) -> None:
    assert (step_of(RFC_SECRET, "081804", 1111111109 + late) is not None) is good


def test_the_secret_is_not_in_the_database(app: Flask, phone: Phone, settings: Settings) -> None:
    with app.app_context():
        factor = db.session.get(SecondFactor, 2)
        assert factor is not None
        assert secret_of("another key" * 4, factor.seed) != secret_of(settings.secret_key, factor.seed)
        assert not {row.code_hash for row in db.session.query(RecoveryCode)} & set(phone.recovery)


def test_logging_in_takes_two_steps(phone: Phone, client: PageClient) -> None:
    first_step(client)
    assert not is_logged_in(client), "the password alone is not enough"
    assert second_step(client, phone.next_code()) == 302
    assert is_logged_in(client)


@pytest.mark.parametrize("code", ["000000", "", "x" * 5000, "12345\u0665", "\0", "2345-6789-ABCD-EFGH"])
def test_a_wrong_code_is_told_and_lets_nobody_in(phone: Phone, client: PageClient, code: str) -> None:
    first_step(client)
    assert second_step(client, code) == 422
    assert not is_logged_in(client)


@pytest.mark.parametrize("token", [None, "", "forged"])
def test_a_second_step_without_its_token_is_refused_and_uses_no_code(
    phone: Phone, client: PageClient, token: str | None
) -> None:
    first_step(client)
    code = phone.next_code()
    data = {"code": code} | ({} if token is None else {"csrf_token": token})
    assert client.post(CODE, data=data).status_code == 400
    assert second_step(client, code) == 302


def test_a_code_is_good_once(app: Flask, phone: Phone) -> None:
    clients = [PageClient(app), PageClient(app)]
    code = phone.next_code()
    for client, status in zip(clients, (302, 422), strict=True):
        first_step(client)
        assert second_step(client, code) == status
    assert second_step(clients[1], phone.next_code()) == 302


def test_the_code_that_switched_it_on_is_used_up(phone: Phone, client: PageClient) -> None:
    first_step(client)
    assert second_step(client, phone.code()) == 422


def test_each_recovery_code_is_good_once_however_it_is_typed(app: Flask, people: People, phone: Phone) -> None:
    assert len(set(phone.recovery)) == service.CODES
    for code, status in (
        (phone.recovery[0], 302),
        (phone.recovery[0], 422),
        (phone.recovery[1].lower().replace("-", " "), 302),
    ):
        client = PageClient(app)
        first_step(client)
        assert second_step(client, code) == status
    events = people.browser("alice").page("/admin/events").text
    assert "bob switched on a second factor" in events
    assert "bob used a recovery code" in events
    assert "wrong code for bob" in events


def test_it_keeps_somebody_logged_in_who_asked_for_it_in_the_first_step(
    app: Flask, phone: Phone, client: PageClient
) -> None:
    first_step(client, remember_me="y")
    second_step(client, phone.next_code())
    client.delete_cookie(app.config["SESSION_COOKIE_NAME"])
    assert is_logged_in(client)


def test_guessing_codes_is_slowed_down(phone: Phone, client: PageClient) -> None:
    first_step(client)
    for _ in range(HERE.free):
        assert second_step(client, "000000") == 422
    assert second_step(client, phone.next_code()) == 429


def test_the_second_step_without_the_first_leads_back(phone: Phone, client: PageClient) -> None:
    assert client.get(CODE).location == LOG_IN
    with client.session_transaction() as session:
        session["second_step"] = [2, "x" * 64, False, int(time.time())]
    assert client.get(CODE).location == LOG_IN


def test_a_new_password_ends_what_was_begun_with_the_old_one(phone: Phone, client: PageClient, bob: PageClient) -> None:
    first_step(client)
    new = "a new password"
    bob.send("/auth/password", {"password_now": PASSWORD, "password": new, "password2": new})
    assert client.get(CODE).location == LOG_IN


def test_programs_need_the_code_too(phone: Phone, client: PageClient) -> None:
    def ask(code: str | None) -> tuple[int, str]:
        headers = {} if code is None else {"Second-Factor-Code": code}
        answer = client.post("/api/tokens", auth=("bob", PASSWORD), headers=headers)
        return answer.status_code, answer.get_json().get("message", "")

    assert ask(None)[0] == 401
    assert "Second-Factor-Code" in ask(None)[1]
    assert ask("000000")[0] == 401
    code = phone.next_code()
    assert [ask(code)[0], ask(code)[0]] == [200, 401]
    assert ask(phone.recovery[0])[0] == 200
    for _ in range(HERE.free):
        ask("000000")
    assert ask(phone.next_code())[0] == 429


def test_those_without_one_need_none(phone: Phone, client: PageClient) -> None:
    assert client.post("/api/tokens", auth=("charlie", PASSWORD)).status_code == 200
    assert client.send(LOG_IN, {"username": "charlie", "password": PASSWORD}).location == "/"


@pytest.mark.parametrize(
    ("code", "password", "said"), [("000000", PASSWORD, "This code is wrong"), (None, "wrong", "not your password")]
)
def test_switching_it_on_takes_password_and_code(
    app: Flask, bob: PageClient, clock: Clock, settings: Settings, code: str | None, password: str, said: str
) -> None:
    bob.get(PAGE)
    with bob.session_transaction() as session:
        secret = secret_of(settings.secret_key, session["second_factor_seed"])
    right = code_at(secret, int(clock.now) // SECONDS)
    answer = bob.send(PAGE, {"code": code or right, "password_now": password})
    assert (answer.status_code, said in answer.text) == (422, True)
    with app.app_context():
        assert db.session.get(SecondFactor, 2) is None
    assert bob.send(PAGE, {"code": right, "password_now": PASSWORD}).status_code == 200, "the picture stayed the same"


def test_looking_at_the_page_writes_nothing(bob: PageClient, statements: Statements) -> None:
    with statements:
        page = bob.page(PAGE)
        bob.get(PAGE)
    assert not statements.writes
    assert any(image["src"].startswith("data:image") for image in page.all("img"))


def test_switching_it_off_takes_the_password(app: Flask, phone: Phone, bob: PageClient, client: PageClient) -> None:
    assert "8 recovery codes are left" in bob.page(PAGE).text
    assert bob.send(PAGE, {"password_now": "wrong password"}).status_code == 422
    assert bob.send(PAGE, {"password_now": PASSWORD}).location == "/auth/security"
    assert client.send(LOG_IN, {"username": "bob", "password": PASSWORD}).location == "/"
    with app.app_context():
        assert db.session.query(RecoveryCode).count() == 0


def test_the_shell_removes_it_from_somebody_who_lost_both(
    app: Flask, people: People, phone: Phone, client: PageClient
) -> None:
    runner = app.test_cli_runner()
    assert "password alone" in runner.invoke(args=["user", "remove-second-factor", "bob"]).output
    assert "has no second factor" in runner.invoke(args=["user", "remove-second-factor", "bob"]).output
    assert runner.invoke(args=["user", "remove-second-factor", "nobody"]).exit_code != 0
    assert client.send(LOG_IN, {"username": "bob", "password": PASSWORD}).location == "/"
    events = people.browser("alice").page("/admin/events").text
    assert events.count("the second factor of bob was switched off") == 1


def test_it_goes_with_its_account(app: Flask, phone: Phone, alice: PageClient, work: Callable[[], None]) -> None:
    alice.send("/admin/people/2/delete", {"name": "bob"})
    work()
    with app.app_context():
        assert db.session.query(SecondFactor).count() == db.session.query(RecoveryCode).count() == 0


def test_letters_tell_of_it_where_letters_are_sent(settings: Settings, make_app, clock: Clock) -> None:
    with Postbox() as postbox:
        app = make_app(replace(settings, mail=postbox.settings, public_url="https://pi.local"))
        bob = People(app).settle().browser("bob")
        bob.get(PAGE)
        with bob.session_transaction() as session:
            secret = secret_of(settings.secret_key, session["second_factor_seed"])
        bob.send(PAGE, {"code": code_at(secret, int(clock.now) // SECONDS), "password_now": PASSWORD})
        bob.send(PAGE, {"password_now": PASSWORD})
        new = "a new password"
        bob.send("/auth/password", {"password_now": PASSWORD, "password": new, "password2": new})
        with app.app_context():
            letters = [job.payload for job in db.session.query(Job).filter(Job.kind == "mail.send").order_by(Job.id)]
    said = ("was switched on", "was switched off", "password was changed")
    assert [text in letter["subject"] for letter, text in zip(letters, said, strict=True)] == [True] * 3


class TestRemovedByAnAdministrator:
    """For somebody who has lost the phone and the recovery codes."""

    BOB = "/admin/people/2"

    @pytest.fixture
    def settings(self, settings: Settings, postbox: Postbox) -> Settings:
        return replace(settings, mail=postbox.settings)

    def test_the_password_alone_lets_them_in_and_they_are_told(
        self, app: Flask, alice: PageClient, phone: Phone, postbox: Postbox, work: Callable[[], None]
    ) -> None:
        work()
        postbox.letters.clear()
        assert "Second factor Switched on" in alice.page(self.BOB).text
        assert "the password alone lets this person in" in alice.page(f"{self.BOB}/second_factor").text
        assert alice.send(f"{self.BOB}/second_factor").location == self.BOB
        page = alice.page(self.BOB).text
        assert "bob needs no code any more" in page
        assert "Second factor Switched off" in page
        assert "the second factor of bob was switched off, by alice" in alice.page("/admin/events").text
        answer = PageClient(app).send(LOG_IN, {"username": "bob", "password": PASSWORD})
        assert answer.location == "/"
        with app.app_context():
            assert db.session.query(RecoveryCode).count() == 0
        work()
        assert [(str(letter["To"]), str(letter["Subject"])) for letter in postbox.letters] == [
            ("bob@example.org", "Your second factor was switched off")
        ]

    def test_who_has_none_has_no_button_and_nothing_happens(
        self, app: Flask, people: People, alice: PageClient, bob: PageClient
    ) -> None:
        assert f"{self.BOB}/second_factor" not in alice.get(self.BOB).text
        alice.send(f"{self.BOB}/second_factor")
        assert "not, or no longer, in a state" in alice.page(self.BOB).text
        assert "second factor" not in alice.page("/admin/events").text

    def test_nobody_removes_their_own_without_the_password(self, app: Flask, people: People, alice: PageClient) -> None:
        with app.app_context(), transaction() as session:
            session.add(SecondFactor(user_id=1, seed="seed"))
        assert "/admin/people/1/second_factor" not in alice.get("/admin/people/1").text
        alice.send("/admin/people/1/second_factor")
        assert "cannot do that to your own account" in alice.page("/admin/people/1").text
        with app.app_context():
            assert db.session.query(SecondFactor).count() == 1
