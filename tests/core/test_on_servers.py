"""On every database alike: whose name is whose, any letter, times to the microsecond, jobs that nobody gets twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from people import People
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.queries import find_user
from app.core.database import db, transaction
from app.core.server import is_server
from app.core.time import utc_now
from app.jobs.models import Job
from app.jobs.service import claim, enqueue
from app.posts.models import Post

MOMENT = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))


@pytest.mark.parametrize("body", ["🦄 👩‍👩‍👧 e\u0301 ß ﷽", "trailing  ", "10 % _ \\ ' \" ;", "Ā\U0010ffff"])
def test_a_text_comes_back_as_it_was_written(app: Flask, people: People, body: str) -> None:
    with app.app_context():
        with transaction() as session:
            session.add(Post(author=session.get_one(User, 1), body=body))
        assert db.session.scalar(select(Post.body).order_by(Post.id.desc()).limit(1)) == body


def test_a_time_comes_back_to_the_microsecond_whatever_zone_it_was_told_in(app: Flask, people: People) -> None:
    with app.app_context():
        with transaction() as session:
            session.add(Post(author=session.get_one(User, 1), body="then", created_at=MOMENT))
        found = db.session.scalar(select(Post.created_at).order_by(Post.id.desc()).limit(1))
    assert found == MOMENT
    assert found is not None
    assert found.tzinfo is UTC


def test_names_are_found_in_any_case_and_no_accent_is_taken_for_none(app: Flask, people: People) -> None:
    with app.app_context():
        assert find_user("ALICE") is not None
        assert find_user("álice") is None
        assert find_user("alice ") is None
        assert db.session.scalar(select(User.id).where(User.username_key == "ALICE")) is None


@pytest.mark.parametrize("column", ["username_key", "email_key"])
def test_what_is_somebody_elses_is_refused_by_the_database_itself(app: Flask, people: People, column: str) -> None:
    with app.app_context():
        with pytest.raises(IntegrityError), transaction() as session:
            setattr(session.get(User, 2), column, getattr(session.get(User, 1), column))
        # Accents and letters of other cases make another key.
        with transaction() as session:
            setattr(session.get(User, 2), column, "álice")
            setattr(session.get(User, 3), column, "Álice")


def test_a_job_that_one_worker_has_in_hand_is_passed_over_by_another(app: Flask) -> None:
    with app.app_context():
        if not is_server(db.engine.url):
            pytest.skip("SQLite has one writer at a time, and one worker")
        with transaction():
            for number in range(3):
                enqueue("kind", {"number": number})
        now = utc_now() + timedelta(seconds=1)
        with Session(db.engine) as one, Session(db.engine) as other, Session(db.engine) as third:
            with one.no_autoflush, other.no_autoflush:
                first = claim(one, "kind", now, most=2)
                assert [job.payload["number"] for job in first] == [0, 1]
                # MariaDB locks what it has looked at, too, so this may be none; nobody waits.
                assert {job.id for job in claim(other, "kind", now)} <= {3}
            one.rollback()
            other.rollback()
            # Of whoever died nothing is lost.
            assert len(third.scalars(select(Job)).all()) == 3
            third.rollback()
