"""What happened to accounts is noted with what happened, and only administrators see it."""

from __future__ import annotations

import pytest
from flask import Flask
from page import Page, PageClient
from people import PASSWORD, PASSWORD_HASH, People
from statements import Statements

from app.accounts.models import WAITING
from app.accounts.service import create_user
from app.audit import service
from app.audit.models import Event
from app.core.database import db, transaction
from app.core.errors import Busy

PAGE = "/admin/events"
NEW = "another password"
BOB = "/admin/people/2"


def noted(app: Flask) -> list[tuple[str, str, str, str]]:
    """Kind, by whom, to whom and from where, oldest first."""
    with app.app_context():
        rows = db.session.query(Event).order_by(Event.id).all()
        return [(row.kind, row.actor, row.subject, row.address) for row in rows]


HERE = "127.0.0.1"


def test_log_ins_and_wrong_passwords_are_noted_with_where_they_came_from(
    app: Flask, people: People, client: PageClient
) -> None:
    client.send("/auth/login", {"username": "BOB", "password": "a wrong password"})
    client.send("/auth/login", {"username": "bob", "password": PASSWORD})
    PageClient(app).post("/api/tokens", auth=("charlie", PASSWORD))
    assert noted(app) == [
        ("log_in_failed", "", "bob", HERE),
        ("logged_in", "", "bob", HERE),
        ("logged_in", "", "charlie", HERE),
    ]


def test_what_was_typed_for_a_name_that_is_not_here_is_not_kept(
    app: Flask, people: People, client: PageClient, alice: PageClient
) -> None:
    client.send("/auth/login", {"username": PASSWORD, "password": "in the wrong field"})
    assert noted(app) == [("log_in_failed", "", "", HERE)]
    page = alice.page(PAGE)
    assert "wrong password for a name that is not here" in page.text
    assert f"from {HERE}" in page.text


@pytest.mark.parametrize(
    ("path", "fields", "kind"),
    [
        (f"{BOB}/suspend", {}, "suspended"),
        (f"{BOB}/promote", {}, "promoted"),
        (f"{BOB}/delete", {"name": "bob"}, "deleted"),
        ("/user/bob/recovery_link", {}, "link_made"),
        ("/admin/people/4/approve", {}, "approved"),
        ("/admin/people/4/refuse", {}, "refused"),
    ],
)
def test_what_an_administrator_does_is_noted(
    app: Flask, alice: PageClient, path: str, fields: dict[str, str], kind: str
) -> None:
    with app.app_context(), transaction():
        create_user("dora", "dora@example.org", PASSWORD_HASH, status=WAITING)
    alice.send(path, fields, form_at="/explore")
    assert noted(app) == [(kind, "alice", "dora" if "/4/" in path else "bob", HERE)]


def test_what_is_refused_is_not_noted_as_done(app: Flask, alice: PageClient) -> None:
    alice.send(f"{BOB}/resume", form_at=BOB)
    alice.send(f"{BOB}/delete", {"name": "alice"})
    alice.send("/admin/people/1/suspend")
    assert noted(app) == []


def test_passwords_and_invitations_are_noted(app: Flask, alice: PageClient, bob: PageClient) -> None:
    bob.send("/auth/password", {"password_now": PASSWORD, "password": NEW, "password2": NEW})
    made = alice.send("/admin/invitations", {"uses": "2", "days": "", "note": ""})
    link = next(field["value"] for field in Page(made.text).all("input") if field.get("id") == "link")
    account = {"username": "dora", "email": "dora@example.org", "password": NEW, "password2": NEW}
    PageClient(app).send("/" + link.split("/", 3)[3], account)
    alice.send("/admin/invitations/1/revoke", form_at="/admin/invitations")
    recovery = alice.send("/user/bob/recovery_link", form_at="/explore")
    link = next(field["value"] for field in Page(recovery.text).all("input") if field.get("id") == "link")
    PageClient(app).send("/" + link.split("/", 3)[3], {"password": PASSWORD, "password2": PASSWORD})
    assert [event[:3] for event in noted(app)] == [
        ("password_changed", "bob", "bob"),
        ("invited", "alice", ""),
        ("joined", "", "dora"),
        ("invitation_revoked", "alice", ""),
        ("link_made", "alice", "bob"),
        ("password_chosen", "", "bob"),
    ]


COMMANDS = [
    (["suspend", "bob"], "suspended"), (["promote", "bob"], "promoted"), (["delete", "bob", "--yes"], "deleted"),
    (["reset-password", "bob"], "password_changed"), (["reset-link", "bob"], "link_made"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "kind"), COMMANDS)
def test_what_is_done_in_the_shell_is_noted_as_such(
    app: Flask, people: People, alice: PageClient, words: list[str], kind: str
) -> None:
    assert app.test_cli_runner().invoke(args=["user", *words]).exit_code == 0
    assert noted(app) == [(kind, "", "bob", "")]
    assert "the shell" in alice.page(PAGE).text


def test_every_kind_has_a_sentence_that_can_be_said(app: Flask, alice: PageClient) -> None:
    kinds = [value for name, value in vars(service).items() if name.isupper() and isinstance(value, str)]
    assert set(kinds) == set(service.SENTENCES)
    with app.app_context(), transaction():
        for kind in (*kinds, "of another version"):
            service.record(kind, actor="alice", subject="bob")
    page = alice.page(PAGE)
    for sentence in service.SENTENCES.values():
        assert sentence % {"actor": "alice", "subject": "bob"} in page.text
    assert "of another version" in page.text


def test_the_oldest_are_forgotten(app: Flask, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_KEPT", 3)
    with app.app_context():
        for number in range(5):
            with transaction():
                service.record(service.LOGGED_IN, subject=f"user{number}")
    assert [event[2] for event in noted(app)] == ["user2", "user3", "user4"]


def test_a_database_that_cannot_be_had_keeps_nobody_out(
    app: Flask, people: People, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_arguments: object, **_values: object) -> None:
        raise Busy

    monkeypatch.setattr("app.attempts.guard.record", busy)
    assert client.send("/auth/login", {"username": "bob", "password": PASSWORD}).location == "/"
    assert client.get("/index").status_code == 200


def test_the_list_goes_by_pages_and_takes_as_many_queries_for_many_as_for_few(
    app: Flask, alice: PageClient, statements: Statements
) -> None:
    assert "Nothing yet" in alice.page(PAGE).text
    counts = []
    for number in (1, 40):
        with app.app_context(), transaction():
            for each in range(number):
                service.record(service.LOGGED_IN, subject=f"user{each}")
        statements.seen.clear()
        with statements:
            page = alice.page(PAGE)
        counts.append(len(statements.queries))
    assert counts[0] == counts[1] <= 4
    older = page.neighbour("next")
    assert older is not None
    assert "user39" in page.text
    assert "user39" not in alice.page(older).text


def test_nobody_else_sees_it(bob: PageClient, client: PageClient) -> None:
    assert bob.get(PAGE).status_code == 404
    assert client.get(PAGE).location.startswith("/auth/login")
