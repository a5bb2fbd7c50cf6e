"""What a server reports becomes what it means: a rule that was broken, a moment to wait, a server that is away."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier

import pytest
from databases import Fresh
from flask import Flask
from page import Page, PageClient
from people import People
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from threads import at_once

from app.core.config import Settings
from app.core.database import db, transaction
from app.core.database_settings import DatabaseSettings
from app.core.errors import Busy, DatabaseAway, StorageFull
from app.core.models import Fact
from app.core.server import MYSQL

pytestmark = pytest.mark.on_server("SQLite has no codes")
# One that the server raises as if it had come to that: MySQL's number, PostgreSQL's state, what is made of them.
CODES = [
    (1062, "23505", IntegrityError), (1452, "23503", IntegrityError), (1048, "23502", IntegrityError),
    (4025, "23514", IntegrityError), (3819, "23P01", IntegrityError),
    (1213, "40P01", Busy), (1205, "55P03", Busy), (1020, "40001", Busy),
    (1053, "57P01", DatabaseAway), (1040, "53300", DatabaseAway),
    (1021, "53100", StorageFull), (1114, "53100", StorageFull),
    (1146, "42P01", DBAPIError),
]  # fmt: skip
NOTED = "2026-01-01"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO fact (name, value) VALUES ('known', 'again')",
        "INSERT INTO fact (name, value) VALUES ('a', NULL)",
        f"INSERT INTO follow (follower_id, followed_id, created_at) VALUES (1, 99, '{NOTED}')",
        f"INSERT INTO follow (follower_id, followed_id, created_at) VALUES (1, 1, '{NOTED}')",
    ],
    ids=["taken", "missing", "somebody who is not there", "oneself"],
)
def test_whatever_breaks_a_rule_of_the_database_is_told_alike(app: Flask, people: People, statement: str) -> None:
    with app.app_context():
        with transaction() as session:
            session.add(Fact(name="known", value="1"))
        with transaction() as session:
            # Inside a savepoint, as services have it, the rest goes on.
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(text(statement))
            session.add(Fact(name="after", value="1"))
        assert db.session.get(Fact, "after") is not None


@pytest.mark.parametrize(("number", "state", "expected"), CODES)
def test_codes_become_what_they_mean(
    app: Flask, number: int, state: str, expected: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    with app.app_context():
        if db.engine.dialect.name == MYSQL:
            statement = f"SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = {number}, MESSAGE_TEXT = 'made up'"
        else:
            statement = f"DO $$ BEGIN RAISE EXCEPTION 'made up' USING ERRCODE = '{state}'; END $$"
        with pytest.raises(expected) as raised, transaction() as session:
            session.execute(text(statement))
    assert isinstance(raised.value, DBAPIError) or "made up" in caplog.text, (
        "a person is told nothing of it, the log is"
    )


def test_of_two_that_wait_for_each_other_one_is_told_to_try_again(app: Flask) -> None:
    both, names = Barrier(2), ("a", "b")
    with app.app_context():
        with transaction() as session:
            session.add_all(Fact(name=name, value="0") for name in names)
        engine = db.engine

    def change(first: str, second: str) -> None:
        with Session(engine) as session, session.begin():
            session.execute(text("UPDATE fact SET value = '1' WHERE name = :name"), {"name": first})
            both.wait(60)
            session.execute(text("UPDATE fact SET value = '2' WHERE name = :name"), {"name": second})

    results = at_once(lambda: change(*names), lambda: change(*reversed(names)))
    assert sorted(type(result) for result in results if result is not None) == [Busy]


def test_a_change_of_what_somebody_else_has_changed_meanwhile_is_told_to_try_again(app: Flask) -> None:
    with app.app_context():
        with transaction() as session:
            session.add(Fact(name="a", value="0"))
        exact = db.engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(exact) as session:
        if exact.dialect.name == MYSQL:
            # Usual from MariaDB 11.6 on.
            session.execute(text("SET SESSION innodb_snapshot_isolation = ON"))
        assert session.scalar(text("SELECT value FROM fact WHERE name = 'a'")) == "0"
        with app.app_context(), transaction() as other:
            other.get_one(Fact, "a").value = "1"
        with pytest.raises(Busy):
            session.execute(text("UPDATE fact SET value = '2' WHERE name = 'a'"))


def test_a_connection_that_the_server_ends_costs_one_request_at_most(
    app: Flask, people: People, alice: PageClient, fresh: Fresh
) -> None:
    with app.app_context():
        with pytest.raises(DatabaseAway), transaction() as session:  # noqa: PT012  the block is the subject
            session.add(Fact(name="a", value="1"))
            session.flush()
            end_connections(fresh)
            session.execute(text("SELECT 1"))
        assert db.session.get(Fact, "a") is None
    assert alice.get("/index").status_code == 200
    # One that ends while nobody uses it is not noticed at all.
    end_connections(fresh)
    assert alice.get("/index").status_code == 200
    people.post("alice", "goes on")


def end_connections(fresh: Fresh) -> None:
    """End every other connection to the database of the test."""
    with fresh.engine() as engine, engine.connect() as connection:
        if engine.dialect.name == MYSQL:
            others = "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
            for number in connection.exec_driver_sql(others).scalars().all():
                connection.exec_driver_sql(f"KILL {number}")
        else:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def test_while_the_server_is_away_every_page_says_so(
    make_app, settings: Settings, fresh: Fresh, free_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    nobody = DatabaseSettings(fresh.settings.url.set(port=free_port, host="127.0.0.1"))
    client = PageClient(make_app(replace(settings, database=nobody)))
    answer = client.get("/auth/login")
    assert answer.status_code == 503
    assert DatabaseAway().message in Page(answer.text).text
    assert "the database server: " in caplog.text
    posted = client.post("/api/tokens", auth=("alice", "x"))
    assert posted.status_code == 503
    assert posted.json == {"error": "Service Unavailable", "message": DatabaseAway().message}


def test_commands_say_that_nobody_has_made_the_database_ready(make_app, settings: Settings, fresh: Fresh) -> None:
    app = make_app(replace(settings, database=DatabaseSettings(fresh.make())))
    result = app.test_cli_runner().invoke(args=["user", "list"])
    assert result.exit_code == 1
    assert "there is no database here yet: start the appliance once" in result.output
