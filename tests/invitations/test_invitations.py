"""Links by which people make accounts: how far they go, who makes them, and that none goes further."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

import pytest
from flask import Flask
from page import Page, PageClient
from people import PASSWORD, People
from sqlalchemy.exc import IntegrityError
from statements import Statements
from threads import at_once
from werkzeug.test import TestResponse

from app.accounts.models import ACTIVE
from app.accounts.queries import find_user, get_user
from app.core.config import Settings
from app.core.database import db, transaction
from app.core.time import utc_now
from app.invitations.models import Admission, Invitation
from app.invitations.routes import MOST_WRONG
from app.invitations.service import VOID, create_invitation

PAGE = "/admin/invitations"


def account(name: str) -> dict[str, str]:
    return {"username": name, "email": f"{name}@example.org", "password": PASSWORD, "password2": PASSWORD}


def make(browser: PageClient, uses: str = "1", days: str = "7", note: str = "") -> TestResponse:
    return browser.send(PAGE, {"uses": uses, "days": days, "note": note})


def link_of(answer: TestResponse) -> str:
    """The link on the page, which shows it once."""
    return next(field["value"] for field in Page(answer.text).all("input") if field.get("id") == "link")


def path_of(answer: TestResponse) -> str:
    return "/" + link_of(answer).split("/", 3)[3]


def come(app: Flask, path: str, name: str) -> TestResponse:
    """A new visitor opens the link and sends the form; the token of another page does where there is no form."""
    client = PageClient(app)
    client.get(path)
    return client.post(path, data=account(name) | {"csrf_token": client.token("/auth/login")})


def uses_left(app: Flask) -> int:
    with app.app_context():
        return db.session.query(Invitation).one().uses_left


@pytest.fixture
def path(alice: PageClient) -> str:
    """The path of an invitation for one."""
    return path_of(make(alice, note="for dora"))


def test_whoever_opens_the_link_makes_an_account_and_logs_in(
    app: Flask, people: People, client: PageClient, path: str
) -> None:
    assert "alice has invited you" in client.page(path).text
    answer = client.send(path, account("dora"))
    assert (answer.status_code, answer.location) == (302, "/")
    assert client.get("/explore").status_code == 200, "and is logged in at once"
    with app.app_context():
        user = get_user("dora")
        assert (user.status, user.is_admin) == (ACTIVE, False)
        assert db.session.get(Admission, user.id) is not None


def test_it_makes_approval_unnecessary(settings: Settings, make_app) -> None:
    app = make_app(replace(settings, registration="approval"))
    people = People(app).settle()
    path = path_of(make(people.browser("alice")))
    assert come(app, path, "dora").status_code == 302
    with app.app_context():
        assert get_user("dora").status == ACTIVE


def test_where_registration_is_closed_no_invitation_lets_in(settings: Settings, make_app) -> None:
    app = make_app(replace(settings, registration="closed"))
    people = People(app).settle()
    answer = make(people.browser("alice"))
    assert "Registration is closed" in Page(answer.text).text
    path = path_of(answer)
    assert PageClient(app).get(path).status_code == 403
    assert come(app, path, "dora").status_code == 403
    assert people.count_users() == 3


def test_it_lets_in_as_many_as_it_was_made_for(app: Flask, people: People, alice: PageClient) -> None:
    path = path_of(make(alice, uses="2"))
    assert [come(app, path, name).status_code for name in ("dora", "emil", "fred")] == [302, 302, 422]
    assert people.count_users() == 5
    assert uses_left(app) == 0


def test_what_was_typed_wrong_takes_no_use_and_comes_back(
    app: Flask, people: People, client: PageClient, path: str
) -> None:
    for wrong in ({"username": "alice"}, {"password": "short"}, {"email": "nonsense"}):
        answer = client.send(path, account("dora") | wrong)
        assert answer.status_code == 422
        assert "alice has invited you" in Page(answer.text).text
    assert uses_left(app) == 1
    assert people.count_users() == 3
    assert client.send(path, account("dora")).status_code == 302


def test_a_form_without_its_token_makes_no_account_and_takes_no_use(
    app: Flask, people: People, client: PageClient, path: str
) -> None:
    client.get(path)
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "forged"}):
        assert client.post(path, data=account("dora") | token).status_code == 400
    assert people.count_users() == 3
    assert uses_left(app) == 1


def expire(invitation: Invitation) -> None:
    invitation.expires_at = utc_now() - timedelta(seconds=1)


def revoke(invitation: Invitation) -> None:
    invitation.revoked_at = utc_now()


def use_up(invitation: Invitation) -> None:
    invitation.uses_left = 0


@pytest.mark.parametrize("end", [expire, revoke, use_up])
def test_one_that_is_over_says_so_in_the_same_words_as_a_forged_one(
    app: Flask, people: People, client: PageClient, path: str, end
) -> None:
    with app.app_context(), transaction():
        end(db.session.query(Invitation).one())
    page, forged = client.page(path, 422), client.page("/invite/forged", 422)
    assert VOID in page.text
    assert page.text == forged.text
    assert page.all("form") == []
    assert come(app, path, "dora").status_code == 422
    assert people.count_users() == 3


@pytest.mark.parametrize("end", [expire, revoke, use_up])
def test_one_that_ends_while_the_form_is_filled_in_makes_no_account(
    app: Flask, people: People, client: PageClient, path: str, end
) -> None:
    token = client.token(path)
    with app.app_context(), transaction():
        end(db.session.query(Invitation).one())
    answer = client.post(path, data=account("dora") | {"csrf_token": token})
    assert answer.status_code == 422
    assert VOID in Page(answer.text).text
    assert people.count_users() == 3


@pytest.mark.parametrize("token", ["x", "%00", "a.b.c", "x" * 3000, "caf%C3%A9", "%ff"])
def test_a_forged_link_is_refused(people: People, client: PageClient, token: str) -> None:
    assert client.get(f"/invite/{token}").status_code == 422


def test_of_two_who_want_the_last_use_one_comes_and_the_other_is_told(app: Flask, people: People, path: str) -> None:
    clients = {name: PageClient(app) for name in ("dora", "emil")}
    forms = {name: account(name) | {"csrf_token": client.token(path)} for name, client in clients.items()}
    results = at_once(*(lambda name=name: clients[name].post(path, data=forms[name]) for name in clients))
    answers = {result.status_code: result for result in results if isinstance(result, TestResponse)}
    assert set(answers) == {302, 422}, results
    assert VOID in Page(answers[422].text).text
    assert people.count_users() == 4
    assert uses_left(app) == 0


@pytest.mark.parametrize("left", [-1, 3])
def test_the_database_itself_lets_no_use_be_too_many(app: Flask, people: People, alice: PageClient, left: int) -> None:
    make(alice, uses="2")
    with app.app_context(), pytest.raises(IntegrityError), transaction():
        db.session.query(Invitation).one().uses_left = left


def test_trying_many_links_is_slowed_down(people: People, client: PageClient, path: str) -> None:
    for number in range(MOST_WRONG):
        assert client.get(f"/invite/guess{number}").status_code == 422
    assert client.get("/invite/another").status_code == 429
    assert client.get(path).status_code == 429


def test_who_has_an_account_does_not_use_it_up(app: Flask, bob: PageClient, path: str) -> None:
    answer = bob.get(path)
    assert (answer.status_code, answer.location) == (302, "/")
    assert "You have an account already" in bob.page("/").text
    assert uses_left(app) == 1


def test_the_link_is_shown_once_with_a_picture_and_stored_nowhere(app: Flask, alice: PageClient) -> None:
    answer = make(alice, note="for dora")
    token = link_of(answer).rpartition("/")[2]
    pictures = [image for image in Page(answer.text).all("img") if image["src"].startswith("data:image/svg+xml")]
    assert len(pictures) == 1
    assert pictures[0]["alt"]
    assert "<svg" in unquote(pictures[0]["src"])
    again = alice.get(PAGE)
    assert token not in again.text
    assert "data:image" not in again.text
    assert "for dora" in Page(again.text).text
    with app.app_context():
        assert token not in str(vars(db.session.query(Invitation).one()))


@pytest.mark.parametrize(
    ("host", "expected"),
    [("pi.local", "https://blog.example"), ("evil.example", "https://blog.example"),
     ("localhost:8000", "https://blog.example"), ("blog.example:6666", "https://blog.example")],
)  # fmt: skip
def test_the_link_leads_to_this_site_whatever_the_request_calls_it(
    settings: Settings, make_app, host: str, expected: str
) -> None:
    app = make_app(replace(settings, hosts=("pi.local",), public_url="https://blog.example"))
    people = People(app).settle()
    alice, base = people.browser("alice"), f"http://{host}"
    with alice.session_transaction(base_url=base) as session:
        session["_user_id"], session["_fresh"] = people.log_in("alice"), True
    token = Page(alice.get(PAGE, base_url=base).text).value_of("csrf_token")
    answer = alice.post(PAGE, base_url=base, data={"csrf_token": token, "uses": "1", "days": "1", "note": ""})
    assert link_of(answer).startswith(f"{expected}/invite/")


@pytest.mark.parametrize(
    ("field", "value"),
    [("uses", ""), ("uses", "0"), ("uses", "101"), ("uses", "-1"), ("uses", "1.5"), ("uses", "\u0665"),
     ("uses", "9" * 50), ("days", "0"), ("days", "366"), ("days", "x"), ("note", "x" * 101), ("note", "a\0b")],
)  # fmt: skip
def test_what_cannot_be_is_told_and_makes_none(app: Flask, alice: PageClient, field: str, value: str) -> None:
    answer = alice.send(PAGE, {"uses": "1", "days": "7", "note": "", field: value})
    assert answer.status_code == 422
    assert "Please look at this again" in Page(answer.text).text
    with app.app_context():
        assert db.session.query(Invitation).count() == 0


@pytest.mark.parametrize(("days", "seconds"), [("", None), ("1", 86400), ("365", 365 * 86400)])
def test_it_ends_when_it_was_said_to(app: Flask, alice: PageClient, days: str, seconds: int | None) -> None:
    make(alice, days=days)
    with app.app_context():
        invitation = db.session.query(Invitation).one()
        if seconds is None:
            assert invitation.expires_at is None
        else:
            assert invitation.expires_at is not None
            assert abs((invitation.expires_at - utc_now()).total_seconds() - seconds) < 3600


def test_the_list_says_what_is_left_and_a_revoked_one_is_worthless(
    app: Flask, people: People, alice: PageClient, client: PageClient
) -> None:
    path = path_of(make(alice, uses="3", note="for the club"))
    come(app, path, "dora")
    page = alice.page(PAGE)
    assert "2 uses left" in page.text
    assert "1 of 3 came" in page.text
    answer = alice.send(f"{PAGE}/1/revoke", form_at=PAGE)
    assert answer.location == PAGE
    page = alice.page(PAGE)
    assert "The invitation is revoked" in page.text
    assert "Revoked" in page.text
    assert f"{PAGE}/1/revoke" not in {form.get("action") for form in page.all("form")}
    assert come(app, path, "emil").status_code == 422
    with app.app_context():
        assert find_user("dora") is not None


def test_revoking_what_is_not_there_finds_nothing(alice: PageClient) -> None:
    assert alice.send(f"{PAGE}/{2**63}/revoke", form_at=PAGE).status_code == 404


def test_the_page_takes_as_many_queries_for_many_as_for_few(
    app: Flask, people: People, alice: PageClient, statements: Statements
) -> None:
    people.make_user("dora", is_admin=True)
    alice.get(PAGE)  # asks, once per process, whether there is an account
    counts = []
    for number in (1, 9):
        for each in range(number):
            with app.app_context(), transaction():
                create_invitation(get_user(("alice", "dora")[each % 2]), 1, None, "")
        statements.seen.clear()
        with statements:
            alice.get(PAGE)
        counts.append(len(statements.queries))
    assert counts[0] == counts[1] <= 4


def test_many_invitations_are_shown_a_page_at_a_time(app: Flask, alice: PageClient) -> None:
    with app.app_context(), transaction():
        for number in range(30):
            create_invitation(None, 1, None, f"number {number}")
    page = alice.page(PAGE)
    assert "number 29" in page.text
    assert "number 0 " not in page.text
    older = page.neighbour("next")
    assert older is not None
    assert "number 0 " in alice.page(older).text


def test_only_administrators_are_led_to_inviting_people(charlie: PageClient) -> None:
    assert '"/admin' not in charlie.get("/").text


def test_the_shell_makes_a_link_too(settings: Settings, make_app) -> None:
    app = make_app(replace(settings, public_url="https://pi.local"))
    people = People(app).settle()
    words = ["user", "invite", "--uses", "2", "--days", "3", "--note", "for the club"]
    result = app.test_cli_runner().invoke(args=words)
    assert result.exit_code == 0
    assert re.fullmatch(r"https://pi\.local/invite/[\w-]{20,}\n", result.output)
    path = result.output.strip().removeprefix("https://pi.local")
    assert "You are invited" in PageClient(app).page(path).text
    assert come(app, path, "dora").status_code == 302
    page = people.browser("alice").page(PAGE)
    assert "for the club" in page.text
    assert "made in the shell" in page.text


@pytest.mark.parametrize("words", [["--uses", "0"], ["--uses", "101"], ["--days", "0"], ["--days", "366"]])
def test_the_shell_refuses_what_cannot_be(app: Flask, people: People, words: list[str]) -> None:
    assert app.test_cli_runner().invoke(args=["user", "invite", *words]).exit_code == 2
    with app.app_context():
        assert db.session.query(Invitation).count() == 0


def test_the_shell_makes_none_where_registration_is_closed(settings: Settings, make_app) -> None:
    app = make_app(replace(settings, registration="closed"))
    result = app.test_cli_runner().invoke(args=["user", "invite"])
    assert result.exit_code == 1
    assert "MICROBLOG_REGISTRATION" in result.output
