"""Tokens as people make and revoke them."""

from __future__ import annotations

import pytest
from flask import Flask
from page import Page, PageClient
from people import PASSWORD, People
from statements import Statements
from werkzeug.test import TestResponse

from app.core.database import db
from app.tokens.models import Token
from app.tokens.service import MOST_TOKENS

PAGE = "/auth/tokens"


def make(client: PageClient, name: str = "a script") -> TestResponse:
    return client.send(PAGE, {"name": name})


def shown(answer: TestResponse) -> str:
    """The new token on the page."""
    fields = [field for field in Page(answer.text).all("input") if field.get("id") == "fresh"]
    return fields[0]["value"] if fields else ""


def works(app: Flask, token: str) -> bool:
    answer = PageClient(app).get("/api/users/1", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code == 200


def test_a_token_is_shown_once_and_works(app: Flask, alice: PageClient) -> None:
    answer = make(alice)
    token = shown(answer)
    assert works(app, token)
    assert "a script" in Page(answer.text).text
    again = alice.get(PAGE)
    assert token not in again.text
    assert "a script" in Page(again.text).text


def test_the_token_itself_is_stored_nowhere(app: Flask, alice: PageClient) -> None:
    token = shown(make(alice))
    with app.app_context():
        row = db.session.query(Token).one()
        assert token not in str(vars(row))


def test_a_revoked_token_is_worthless_and_the_others_are_not(app: Flask, alice: PageClient) -> None:
    first, second = shown(make(alice)), shown(make(alice, "another"))
    answer = alice.send(f"{PAGE}/1/revoke", form_at=PAGE)
    assert answer.location == PAGE
    assert "is revoked" in alice.page(PAGE).text
    assert (works(app, first), works(app, second)) == (False, True)


def test_nobody_sees_or_revokes_somebody_elses(app: Flask, alice: PageClient, charlie: PageClient) -> None:
    token = shown(make(alice, "of alice"))
    assert "of alice" not in charlie.page(PAGE).text
    assert charlie.send(f"{PAGE}/1/revoke", form_at=PAGE).status_code == 404
    assert works(app, token)


def test_a_new_password_voids_every_token(app: Flask, alice: PageClient) -> None:
    token = shown(make(alice))
    alice.send("/auth/password", {"password_now": PASSWORD, "password": "another one", "password2": "another one"})
    assert not works(app, token)
    assert "a script" not in alice.page(PAGE).text


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "a\0b", "a\u202eb"])
def test_a_name_that_cannot_be_shown_is_refused(app: Flask, alice: PageClient, name: str) -> None:
    answer = make(alice, name)
    assert answer.status_code == 422
    assert shown(answer) == ""
    with app.app_context():
        assert db.session.query(Token).count() == 0


def test_there_is_an_end_to_their_number_and_the_newest_stay(app: Flask, alice: PageClient) -> None:
    tokens = [shown(make(alice, f"number {number}")) for number in range(MOST_TOKENS + 3)]
    with app.app_context():
        assert db.session.query(Token).count() == MOST_TOKENS
    assert not works(app, tokens[0])
    assert works(app, tokens[-1])
    assert works(app, tokens[3])


def test_the_page_takes_as_many_queries_for_many_as_for_few(
    people: People, alice: PageClient, statements: Statements
) -> None:
    counts = []
    for number in (1, 6):
        for _ in range(number):
            make(alice)
        statements.seen.clear()
        with statements:
            alice.get(PAGE)
        counts.append(len(statements.queries))
    assert counts[0] == counts[1] <= 4
