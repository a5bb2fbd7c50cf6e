"""What administrators do to accounts, what comes of it, and what they may not do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from page import Page, PageClient
from people import PASSWORD, PASSWORD_HASH, People
from postbox import Postbox, text_of
from statements import Statements
from threads import at_once

from app.accounts.models import ACTIVE, SUSPENDED, WAITING, User
from app.accounts.queries import find_user, get_account
from app.accounts.service import create_user
from app.administration import service
from app.administration.tasks import tell_approved
from app.core.config import Settings
from app.core.database import db, transaction
from app.handlers import build_registry
from app.indexed import build_catalogue
from app.jobs.models import Job
from app.jobs.runner import run_due
from app.recovery.service import BY_HAND, make_token
from app.recovery.tasks import send_link

BOB, DORA = "/admin/people/2", "/admin/people/4"


def do(browser: PageClient, path: str, **fields: str) -> str:
    """Do something by the form on its page, or by the button of the person's page; what is said about it."""
    form = path if browser.get(path).status_code == 200 else path.rpartition("/")[0]
    answer = browser.send(path, fields, form_at=form)
    assert answer.status_code == 302, answer.text
    return browser.page(answer.location).text


def state(app: Flask, username: str) -> tuple[str, bool]:
    with app.app_context():
        user = get_account(username)
        return user.status, user.is_admin


def can_log_in(app: Flask, username: str) -> bool:
    return PageClient(app).send("/auth/login", {"username": username, "password": PASSWORD}).status_code == 302


@pytest.fixture
def dora(app: Flask, people: People) -> None:
    """Dora waits for approval."""
    with app.app_context(), transaction():
        create_user("dora", "dora@example.org", PASSWORD_HASH, status=WAITING)


@pytest.mark.usefixtures("dora")
def test_who_is_approved_can_log_in(app: Flask, alice: PageClient) -> None:
    assert not can_log_in(app, "dora")
    assert "dora can log in now" in do(alice, f"{DORA}/approve")
    assert can_log_in(app, "dora")
    assert "not, or no longer, in a state" in do(alice, f"{DORA}/approve")


@pytest.mark.usefixtures("dora")
def test_who_is_refused_is_gone_and_may_come_again(
    app: Flask, people: People, alice: PageClient, work: Callable[[], None]
) -> None:
    alice.send(f"{DORA}/refuse")
    assert not can_log_in(app, "dora")
    work()
    assert people.count_users() == 3
    people.make_user("dora")


def test_who_is_in_cannot_be_refused(app: Flask, alice: PageClient, work: Callable[[], None]) -> None:
    assert "not, or no longer, in a state" in do(alice, f"{BOB}/refuse")
    work()
    assert state(app, "bob") == (ACTIVE, False)


def test_suspending_ends_log_ins_and_tokens_at_once_and_says_why(
    app: Flask, people: People, alice: PageClient, bob: PageClient, client: PageClient
) -> None:
    people.post("bob", "what bob wrote")
    token = client.post("/api/tokens", auth=("bob", PASSWORD)).get_json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/users/2", headers=headers).status_code == 200
    assert bob.get("/index").status_code == 200
    assert "bob is suspended" in do(alice, f"{BOB}/suspend")
    assert bob.get("/index").status_code == 302
    assert bob.get("/notifications").status_code == 401
    assert client.get("/api/users/2", headers=headers).status_code == 401
    answer = client.send("/auth/login", {"username": "bob", "password": PASSWORD})
    assert answer.status_code == 422
    assert "Your account is suspended" in Page(answer.text).text
    wrong = client.send("/auth/login", {"username": "bob", "password": "a wrong password"})
    assert "suspended" not in wrong.text
    refused = client.post("/api/tokens", auth=("bob", PASSWORD))
    assert (refused.status_code, "suspended" in refused.get_json()["message"]) == (403, True)
    assert "what bob wrote" in alice.page("/explore").text


def test_a_log_in_that_the_status_alone_forbids_is_refused_too(app: Flask, people: People, bob: PageClient) -> None:
    with app.app_context(), transaction():
        get_account("bob").status = SUSPENDED  # without a new session key
    assert bob.get("/index").status_code == 302


def test_looking_at_the_status_takes_no_further_query(
    app: Flask, people: People, client: PageClient, statements: Statements
) -> None:
    token = client.post("/api/tokens", auth=("bob", PASSWORD)).get_json()["token"]
    statements.seen.clear()
    with statements:
        client.get("/api/users/2", headers={"Authorization": f"Bearer {token}"})
    assert len(statements.queries) == 2, "the token with its account, and what was asked for"


def test_who_is_let_in_again_logs_in_anew(app: Flask, people: People, alice: PageClient, bob: PageClient) -> None:
    do(alice, f"{BOB}/suspend")
    assert "bob can log in again" in do(alice, f"{BOB}/resume")
    assert can_log_in(app, "bob")
    assert bob.get("/index").status_code == 302, "what was ended stays ended"


def test_a_suspended_person_gets_no_new_password(
    app: Flask, settings: Settings, make_app, people: People, alice: PageClient, client: PageClient
) -> None:
    with app.app_context():
        token = make_token(settings.secret_key, get_account("bob"), BY_HAND)
    assert client.get(f"/auth/reset_password/{token}").status_code == 200
    do(alice, f"{BOB}/suspend")
    assert client.get(f"/auth/reset_password/{token}").status_code == 422
    assert alice.send("/user/bob/recovery_link", form_at="/explore").status_code == 422
    assert "recovery_link" not in alice.get(BOB).text
    assert "recovery_link" not in alice.get("/user/bob").text
    result = app.test_cli_runner().invoke(args=["user", "reset-link", "bob"])
    assert (result.exit_code, "may not log in" in result.output) == (1, True)


@pytest.mark.usefixtures("dora")
def test_letters_for_a_new_password_go_to_nobody_who_may_not_log_in(
    settings: Settings, make_app, registry, index
) -> None:
    with Postbox() as postbox:
        app = make_app(replace(settings, mail=postbox.settings))
        with app.app_context():
            send_link(settings.secret_key, [{"email": "dora@example.org", "address": "http://localhost"}])
            assert db.session.execute(db.text("SELECT count(*) FROM job")).scalar() == 0
            send_link(settings.secret_key, [{"email": "bob@example.org", "address": "http://localhost"}])
            assert db.session.execute(db.text("SELECT count(*) FROM job")).scalar() == 1


@pytest.mark.parametrize(("host", "expected"), [("pi.local", "https://pi.local"), ("evil.example", "https://pi.local")])
def test_who_is_approved_is_told_by_letter_where_letters_are_sent(
    settings: Settings, make_app, index, host: str, expected: str
) -> None:
    with Postbox() as postbox:
        chosen = replace(settings, mail=postbox.settings, public_url="https://pi.local")
        app = make_app(chosen)
        people = People(app).settle()
        alice, base = people.browser("alice"), f"http://{host}"
        with app.app_context(), transaction():
            create_user("dora", "dora@example.org", PASSWORD_HASH, status=WAITING).language = "es"
        with alice.session_transaction(base_url=base) as session:
            session["_user_id"], session["_fresh"] = people.log_in("alice"), True
        token = Page(alice.get(DORA, base_url=base).text).value_of("csrf_token")
        assert alice.post(f"{DORA}/approve", base_url=base, data={"csrf_token": token}).status_code == 302
        with app.app_context():
            while run_due(build_registry(index, build_catalogue(), chosen)):
                pass
        (letter,) = postbox.letters
        assert letter["To"] == "dora@example.org"
        assert letter["Subject"] == "Tu cuenta en Microblog está lista"
        assert f"{expected}/auth/login" in text_of(letter)
        assert f"{expected}/auth/login" in text_of(letter, "html")


@pytest.mark.usefixtures("dora")
def test_no_letter_where_none_are_sent_or_to_who_was_suspended_since(
    app: Flask, alice: PageClient, work: Callable[[], None]
) -> None:
    do(alice, f"{DORA}/approve")
    with app.app_context():
        assert db.session.query(Job).count() == 0
        with transaction():
            service.suspend(get_account("dora"), None)
        tell_approved([{"id": 4, "address": "https://pi.local"}, {"id": 99, "address": "https://pi.local"}])
        assert db.session.query(Job).count() == 0


def test_a_member_becomes_an_administrator_and_a_member_again(
    app: Flask, people: People, alice: PageClient, bob: PageClient
) -> None:
    assert bob.get("/admin/people").status_code == 404
    assert "bob is an administrator now" in do(alice, f"{BOB}/promote")
    assert bob.get("/admin/people").status_code == 200
    assert "no longer an administrator" in do(alice, f"{BOB}/demote")
    assert bob.get("/admin/people").status_code == 404


@pytest.mark.usefixtures("dora")
def test_who_waits_or_is_suspended_does_not_become_an_administrator(app: Flask, alice: PageClient) -> None:
    do(alice, f"{BOB}/suspend")
    for path in (BOB, DORA):
        assert "not, or no longer, in a state" in do(alice, f"{path}/promote")
    assert not state(app, "bob")[1]


@pytest.mark.parametrize("action", ["suspend", "demote"])
def test_nobody_does_it_to_oneself(app: Flask, people: People, alice: PageClient, action: str) -> None:
    people.make_user("emil", is_admin=True)
    assert "cannot do that to your own account" in do(alice, f"/admin/people/1/{action}")
    assert state(app, "alice") == (ACTIVE, True)


def test_nobody_deletes_oneself(app: Flask, people: People, alice: PageClient, work: Callable[[], None]) -> None:
    people.make_user("emil", is_admin=True)
    answer = alice.send("/admin/people/1/delete", {"name": "alice"})
    assert (answer.status_code, "cannot do that to your own account" in Page(answer.text).text) == (422, True)
    work()
    assert people.count_users() == 4


@pytest.mark.parametrize("words", [["suspend"], ["demote"], ["delete", "--yes"]])
@pytest.mark.parametrize("other", [None, SUSPENDED])
def test_the_last_administrator_who_can_log_in_stays(
    app: Flask, people: People, work: Callable[[], None], words: list[str], other: str | None
) -> None:
    if other:
        people.make_user("emil", is_admin=True)
        with app.app_context(), transaction():
            service.suspend(get_account("emil"), None)
    result = app.test_cli_runner().invoke(args=["user", words[0], "alice", *words[1:]])
    assert (result.exit_code, "last administrator" in result.output) == (1, True)
    work()
    assert state(app, "alice") == (ACTIVE, True)


def test_of_two_administrators_who_demote_each_other_at_once_one_stays(app: Flask, people: People) -> None:
    people.make_user("emil", is_admin=True)
    browsers = {"/admin/people/4/demote": people.browser("alice"), "/admin/people/1/demote": people.browser("emil")}
    tokens = {path: browser.token(path) for path, browser in browsers.items()}
    at_once(*(
        lambda path=path, browser=browser: browser.post(path, data={"csrf_token": tokens[path]})
        for path, browser in browsers.items()
    ))  # fmt: skip
    with app.app_context():
        assert db.session.query(User).filter(User.is_admin).count() == 1


@pytest.mark.parametrize("action", ["refuse", "suspend", "promote", "demote", "delete"])
def test_a_page_asks_first_and_changes_nothing(
    app: Flask, people: People, alice: PageClient, statements: Statements, action: str
) -> None:
    with statements:
        page = alice.page(f"{BOB}/{action}")
    assert not statements.writes
    assert "bob" in page.title
    assert "/admin/people/2" in {link.get("href") for link in page.all("a")}


RUNS = [
    (["approve", "dora"], "dora can log in now"),
    (["suspend", "bob"], "bob is suspended"),
    (["promote", "bob"], "bob is an administrator now"),
    (["delete", "bob", "--yes"], "bob is locked out"),
]


@pytest.mark.usefixtures("dora")
@pytest.mark.parametrize(("words", "said"), RUNS)
def test_the_shell_does_it_too(app: Flask, words: list[str], said: str) -> None:
    result = app.test_cli_runner().invoke(args=["user", *words])
    assert result.exit_code == 0, result.output
    assert said in result.output


def test_the_shell_lets_in_again_makes_a_member_and_lists_who_is_what(app: Flask, people: People) -> None:
    runner = app.test_cli_runner()
    runner.invoke(args=["user", "promote", "bob"])
    runner.invoke(args=["user", "demote", "bob"])
    runner.invoke(args=["user", "suspend", "bob"])
    assert state(app, "bob") == (SUSPENDED, False)
    lines = runner.invoke(args=["user", "list"]).output.splitlines()
    assert re.fullmatch(r"bob\tbob@example.org\tmember\tlast seen .* UTC\tsuspended", lines[1])
    assert lines[0].endswith("UTC")
    assert runner.invoke(args=["user", "resume", "bob"]).exit_code == 0
    assert state(app, "bob") == (ACTIVE, False)


@pytest.mark.parametrize(("typed", "status"), [("bob\n", 0), ("alice\n", 1), ("\n\n\n", 1)])
def test_the_shell_asks_for_the_name_before_it_deletes(app: Flask, people: People, typed: str, status: int) -> None:
    result = app.test_cli_runner().invoke(args=["user", "delete", "bob"], input=typed)
    assert result.exit_code == status, result.output
    assert (state(app, "bob")[0] == ACTIVE) is bool(status)


@pytest.mark.parametrize("command", ["approve", "suspend", "resume", "promote", "demote", "delete"])
def test_the_shell_says_when_there_is_no_such_account(app: Flask, people: People, command: str) -> None:
    result = app.test_cli_runner().invoke(args=["user", command, "nobody"])
    assert (result.exit_code, "no account of that name" in result.output) == (1, True)
    with app.app_context():
        assert find_user("nobody") is None
