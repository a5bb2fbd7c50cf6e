"""One way to write: all or nothing, one after another, on the disk before it is acknowledged."""

from __future__ import annotations

import sqlite3

import pytest
from databases import writer_elsewhere
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from threads import at_once

from app.core.config import Settings
from app.core.database import db, on_commit, transaction
from app.core.errors import Busy, StorageFailing, StorageFull
from app.core.models import Fact

THREADS, ROUNDS = 4, 25


def value_of(app: Flask, name: str) -> str | None:
    with app.app_context():
        fact = db.session.get(Fact, name)
        return fact.value if fact else None


def test_what_is_in_the_block_is_stored_together(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        session.add_all([Fact(name="a", value="1"), Fact(name="b", value="2")])
    assert (value_of(app, "a"), value_of(app, "b")) == ("1", "2")


def test_an_error_in_the_block_undoes_all_of_it(app: Flask) -> None:
    called: list[str] = []
    with app.app_context(), pytest.raises(ZeroDivisionError), transaction() as session:  # noqa: PT012  the block is the subject
        session.add(Fact(name="a", value="1"))
        session.flush()
        on_commit(lambda: called.append("committed"))
        raise ZeroDivisionError
    assert value_of(app, "a") is None
    assert called == []


def test_what_waits_for_the_commit_happens_after_it(app: Flask) -> None:
    seen: list[str | None] = []
    with app.app_context(), transaction() as session:
        on_commit(lambda: seen.append(value_of(app, "a")))
        session.add(Fact(name="a", value="1"))
        assert seen == []
    assert seen == ["1"]


def test_writing_outside_is_a_mistake_that_is_told(app: Flask) -> None:
    with app.app_context():
        db.session.add(Fact(name="a", value="1"))
        with pytest.raises(RuntimeError, match="outside transaction"):
            db.session.commit()
        with pytest.raises(RuntimeError, match="outside transaction"):
            on_commit(lambda: None)
    assert value_of(app, "a") is None


def test_a_transaction_inside_another_is_a_mistake_that_is_told(app: Flask) -> None:
    with app.app_context(), transaction(), pytest.raises(RuntimeError, match="the outer one commits"), transaction():
        pass


def test_reading_then_writing_in_many_threads_loses_nothing(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        session.add(Fact(name="count", value="0"))

    def add() -> None:
        for _ in range(ROUNDS):
            with app.app_context():
                db.session.get(Fact, "count")  # a stale read before, as a request has had one
                with transaction() as session:
                    fact = session.get(Fact, "count")
                    assert fact is not None
                    fact.value = str(int(fact.value) + 1)

    assert at_once(*[add] * THREADS) == [None] * THREADS
    assert value_of(app, "count") == str(THREADS * ROUNDS)


def test_what_was_read_before_is_read_anew_inside(app: Flask, settings: Settings) -> None:
    with app.app_context(), transaction() as session:
        session.add(Fact(name="a", value="old"))
    with app.app_context():
        assert db.session.get(Fact, "a").value == "old"
        with writer_elsewhere(settings) as other:
            other.exec_driver_sql("UPDATE fact SET value = 'new' WHERE name = 'a'")
        with transaction() as session:
            assert session.get(Fact, "a").value == "new"


@pytest.mark.sqlite("a server is set up by whoever runs it")
@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000), ("mmap_size", 0),
     ("trusted_schema", 0), ("temp_store", 2)],
)  # fmt: skip
def test_every_connection_is_set_up_for_a_pulled_plug(app: Flask, pragma: str, value: object) -> None:
    with app.app_context():
        assert db.session.execute(text(f"PRAGMA {pragma}")).scalar() == value


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("database or disk is full", StorageFull),
        ("database is locked", Busy),
        ("database table is locked: job", Busy),
        ("disk I/O error", StorageFailing),
        ("attempt to write a readonly database", StorageFailing),
        ("no such table: post", OperationalError),
    ],
)
def test_what_sqlite_reports_becomes_what_a_person_can_be_told(
    app: Flask, message: str, expected: type[Exception]
) -> None:
    with app.app_context(), pytest.raises(expected), transaction():
        raise OperationalError("INSERT", {}, sqlite3.OperationalError(message))


def test_a_lock_that_is_not_given_up_is_told_as_busy(impatient: None, app: Flask, settings: Settings) -> None:
    with app.app_context():
        with writer_elsewhere(settings), pytest.raises(Busy), transaction() as session:
            session.get(Fact, "a")
        with transaction() as session:
            session.add(Fact(name="a", value="1"))
    assert value_of(app, "a") == "1"


@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO follow VALUES (1, 99, '2026-01-01')", "INSERT INTO follow VALUES (1, 1, '2026-01-01')"],
    ids=["somebody who is not there", "oneself"],
)
def test_the_database_itself_refuses_what_may_not_be(app: Flask, people, statement: str) -> None:
    with app.app_context(), pytest.raises(IntegrityError), transaction() as session:
        session.execute(text(statement))
