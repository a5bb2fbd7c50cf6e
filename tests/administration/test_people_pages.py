"""The list of people and the page of each, for administrators alone."""

from __future__ import annotations

import pytest
from flask import Flask
from page import Page, PageClient
from people import PASSWORD_HASH, People
from statements import Statements

from app.accounts.models import WAITING
from app.accounts.queries import get_account, get_user
from app.accounts.service import create_user
from app.administration import service
from app.core.database import transaction
from app.invitations.service import accept, create_invitation

PAGE = "/admin/people"


def names(page: Page) -> list[str]:
    """Who is listed, in order, by the numbers of their pages."""
    links = [link.get("href", "") for link in page.all("a") if link.get("class") == "people__name"]
    return [link.rpartition("/")[2] for link in links]


def wait_as(app: Flask, name: str) -> None:
    with app.app_context(), transaction():
        create_user(name, f"{name}@example.org", PASSWORD_HASH, status=WAITING)


@pytest.fixture
def crowd(app: Flask, people: People) -> People:
    """Dora waits, bob is suspended, alice and emil are administrators."""
    wait_as(app, "dora")
    people.make_user("emil", is_admin=True)
    with app.app_context(), transaction():
        service.suspend(get_user("bob"), None)
    return people


ALICE, BOB, CHARLIE, DORA, EMIL = "1", "2", "3", "4", "5"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [EMIL, DORA, CHARLIE, BOB, ALICE]),
        ("?show=waiting", [DORA]),
        ("?show=suspended", [BOB]),
        ("?show=administrators", [EMIL, ALICE]),
        ("?show=nonsense", [EMIL, DORA, CHARLIE, BOB, ALICE]),
        ("?q=b", [BOB]),
        ("?q=BOB", [BOB]),
        ("?q=ob", []),
        ("?q=charlie@example", [CHARLIE]),
        ("?q=%25", []),
        ("?q=_", []),
        ("?q=%00", [EMIL, DORA, CHARLIE, BOB, ALICE]),
        ("?q=a&show=suspended", []),
        ("?q=a&show=administrators", [ALICE]),
        ("?before=3", [BOB, ALICE]),
        (f"?before={2**80}&q={'x' * 3000}", []),
    ],
)
def test_the_list_shows_whom_it_was_asked_for(crowd: People, alice: PageClient, query: str, found: list[str]) -> None:
    page = alice.page(PAGE + query)
    assert names(page) == found
    if not found:
        assert "Nobody found" in page.text


def test_the_list_tells_who_is_what(crowd: People, alice: PageClient) -> None:
    crowd.post("charlie", "one")
    page = alice.page(PAGE)
    for words in ("Waiting for approval", "Suspended", "Administrator", "1 post", "dora@example.org", "Waiting (1)"):
        assert words in page.text, words


def test_a_long_list_goes_by_pages_that_keep_what_was_asked_for(people: People, alice: PageClient) -> None:
    for number in range(30):
        people.make_user(f"user{number}")
    first = alice.page(f"{PAGE}?q=user")
    assert len(names(first)) == 25
    older = first.neighbour("next")
    assert older is not None
    second = alice.page(older)
    assert len(names(second)) == 5
    assert second.neighbour("prev") is not None
    assert not set(names(first)) & set(names(second))


def test_the_list_takes_as_many_queries_for_many_as_for_few(
    people: People, alice: PageClient, statements: Statements
) -> None:
    alice.get(PAGE)  # asks, once per process, whether there is an account
    counts = []
    for number in (1, 15):
        for each in range(number):
            people.make_user(f"user{number}-{each}")
            people.post(f"user{number}-{each}", "words")
        statements.seen.clear()
        with statements:
            alice.get(PAGE)
        counts.append(len(statements.queries))
    assert counts[0] == counts[1] <= 5


def test_the_page_of_a_person_says_by_which_invitation_they_came(
    app: Flask, people: People, alice: PageClient, statements: Statements
) -> None:
    with app.app_context(), transaction():
        token = create_invitation(get_user("alice"), 1, 1, "for the neighbours")
    with app.app_context(), transaction():
        accept(token, "dora", "dora@example.org", PASSWORD_HASH)
    people.post("dora", "hello")
    alice.get(PAGE)
    statements.seen.clear()
    with statements:
        page = alice.page(f"{PAGE}/4")
    assert len(statements.queries) <= 7
    for words in ("for the neighbours", "made by alice", "dora@example.org", "1 post"):
        assert words in page.text, words


@pytest.mark.parametrize("path", ["", "/1", "/2", "/99", "/2/suspend", "/2/delete", "/2/promote"])
def test_nobody_else_learns_that_these_pages_are_there(
    people: People, charlie: PageClient, client: PageClient, path: str
) -> None:
    answer = charlie.get(PAGE + path)
    assert answer.status_code == 404
    assert Page(answer.text).text == charlie.page("/no/such/page", 404).text
    assert client.get(PAGE + path).location.startswith("/auth/login")


@pytest.mark.parametrize("number", [99, 2**63, 2**80])
def test_who_is_not_there_is_not_found(alice: PageClient, number: int) -> None:
    for path in ("", "/suspend", "/delete"):
        assert alice.get(f"{PAGE}/{number}{path}").status_code == 404
    assert alice.send(f"{PAGE}/{number}/approve", form_at=PAGE).status_code == 404


def test_only_administrators_are_led_there(people: People, alice: PageClient, charlie: PageClient) -> None:
    assert PAGE in {link.get("href") for link in alice.page("/explore").all("a")}
    assert PAGE not in charlie.get("/explore").text
    assert f"{PAGE}/2" in alice.get("/user/bob").text
    assert PAGE not in charlie.get("/user/bob").text


def test_ones_own_page_offers_nothing_to_do(app: Flask, alice: PageClient) -> None:
    page = alice.page(f"{PAGE}/1")
    assert "This is your own account" in page.text
    actions = {form.get("action", "") for form in page.all("form")} | {a.get("href", "") for a in page.all("a")}
    assert not {each for each in actions if each.startswith(f"{PAGE}/1/")}


def test_an_administrator_who_is_made_a_member_finds_the_pages_no_more(app: Flask, people: People) -> None:
    people.make_user("emil", is_admin=True)
    emil = people.browser("emil")
    assert emil.get(PAGE).status_code == 200
    with app.app_context(), transaction():
        service.demote(get_account("emil"), None)
    assert emil.get(PAGE).status_code == 404
