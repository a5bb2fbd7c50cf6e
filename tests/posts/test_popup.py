"""Somebody in short, as the card over a name shows it."""

from __future__ import annotations

from page import Page, PageClient
from people import People
from statements import Statements


def test_it_tells_who_it_is_and_lets_one_follow(people: People, charlie: PageClient) -> None:
    people.post("bob", "one")
    answer = charlie.get("/user/BOB/popup")
    page = Page(answer.text)
    assert answer.text.count("<html") == 0
    assert "bob" in page.text
    assert "1 post" in page.text
    assert "1 follower" in page.text
    (form,) = page.all("form")
    assert form["action"] == "/follow/bob"
    charlie.post(form["action"], data={"csrf_token": page.value_of("csrf_token")})
    assert Page(charlie.get("/user/bob/popup").text).all("form")[0]["action"] == "/unfollow/bob"


def test_ones_own_has_nothing_to_press(alice: PageClient) -> None:
    assert Page(alice.get("/user/alice/popup").text).all("form") == []


def test_it_takes_few_queries(people: People, alice: PageClient, statements: Statements) -> None:
    alice.get("/explore")
    with statements:
        alice.get("/user/bob/popup")
    assert len(statements.queries) <= 4


def test_somebody_who_is_not_there_has_none(alice: PageClient) -> None:
    assert alice.get("/user/nobody/popup").status_code == 404
