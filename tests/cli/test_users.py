"""Accounts from the shell, for whoever runs the appliance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from page import PageClient
from people import PASSWORD, People

from app.accounts.queries import find_user
from app.core.config import Settings

NEW = "a new password"


def run(app: Flask, *words: str, typed: str | None = None) -> Result:
    return app.test_cli_runner().invoke(args=list(words), input=typed)


def can_log_in(app: Flask, username: str, password: str) -> bool:
    answer = PageClient(app).send("/auth/login", {"username": username, "password": password})
    return answer.status_code == 302


def shown_password(result: Result) -> str:
    return result.output.partition("password: ")[2].strip()


def test_an_account_is_made_with_a_password_of_its_own(app: Flask) -> None:
    result = run(app, "user", "create", "dora", "dora@example.org")
    assert result.exit_code == 0
    assert "made account dora" in result.output
    assert can_log_in(app, "dora", shown_password(result))


def test_the_password_is_read_from_standard_input_and_not_shown(app: Flask) -> None:
    result = run(app, "user", "create", "dora", "dora@example.org", "--admin", "--password-stdin", typed=NEW + "\n")
    assert result.exit_code == 0
    assert NEW not in result.output
    assert can_log_in(app, "dora", NEW)
    with app.app_context():
        user = find_user("dora")
        assert user is not None
        assert user.is_admin


@pytest.mark.parametrize(
    ("words", "typed", "message"),
    [
        (("create", "alice", "other@example.org"), None, "This name is taken"),
        (("create", "dora", "alice@example.org"), None, "has an account already"),
        (("create", "do ra", "dora@example.org"), None, "Use 1 to 64 letters"),
        (("create", "dora", "nonsense"), None, "not an e-mail address"),
        (("create", "dora", "dora@example.org", "--password-stdin"), "short\n", "at least 8 characters"),
        (("create", "dora", "dora@example.org", "--password-stdin"), "", "at least 8 characters"),
        (("reset-password", "nobody"), None, "no account of that name"),
        (("reset-password", "alice", "--password-stdin"), "short", "at least 8 characters"),
        (("promote", "nobody"), None, "no account of that name"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line_and_changes_nothing(
    app: Flask, people: People, words: tuple[str, ...], typed: str | None, message: str
) -> None:
    result = run(app, "user", *words, typed=typed)
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output
    assert people.count_users() == 3
    assert can_log_in(app, "alice", PASSWORD)


def test_all_accounts_are_listed_by_name(app: Flask, people: People) -> None:
    lines = run(app, "user", "list").output.splitlines()
    assert [line.split("\t")[:3] for line in lines] == [
        ["alice", "alice@example.org", "administrator"],
        ["bob", "bob@example.org", "member"],
        ["charlie", "charlie@example.org", "member"],
    ]


def test_a_reset_gives_a_new_password_and_ends_all_log_ins(app: Flask, alice: PageClient) -> None:
    assert alice.get("/index").status_code == 200
    result = run(app, "user", "reset-password", "ALICE")
    assert result.exit_code == 0
    assert alice.get("/index").status_code == 302
    assert not can_log_in(app, "alice", PASSWORD)
    assert can_log_in(app, "alice", shown_password(result))


def test_a_member_becomes_an_administrator(app: Flask, people: People) -> None:
    assert run(app, "user", "promote", "bob").exit_code == 0
    assert "bob@example.org\tadministrator" in run(app, "user", "list").output


def test_the_index_is_made_anew_on_demand(app: Flask, people: People, index, work) -> None:
    people.post("alice", "one")
    work()
    index.rebuild([])
    assert run(app, "search", "rebuild").exit_code == 0
    work()
    assert index.count() == 1


@pytest.mark.sqlite("a server without tables is in core/test_server_errors.py")
@pytest.mark.parametrize(
    "words", [("user", "list"), ("user", "create", "dora", "d@example.org"), ("search", "rebuild")]
)
def test_without_a_database_it_says_where_to_look(settings: Settings, make_app, tmp_path: Path, words) -> None:
    empty = tmp_path / "elsewhere"
    empty.mkdir()
    result = run(make_app(replace(settings, data_dir=empty)), *words)
    assert result.exit_code == 1
    assert "MICROBLOG_DATA_DIR" in result.output
    assert "Traceback" not in result.output
