"""On every database alike: whose name is whose, any letter, times to the microsecond, jobs that nobody gets twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from people import PASSWORD_HASH, People
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import ABOUT_LENGTH, USERNAME_LENGTH, User
from app.accounts.queries import all_users, find_user, find_user_by_email, named_like, users_by_email
from app.accounts.service import change_profile, create_user
from app.core.database import db, transaction
from app.core.errors import Conflict
from app.core.time import utc_now
from app.invitations.models import NOTE_LENGTH, Invitation
from app.invitations.service import create_invitation
from app.jobs.models import Job
from app.jobs.service import claim, enqueue
from app.messages.models import Message
from app.posts.models import Post
from app.tokens.models import NAME_LENGTH, Token
from app.tokens.service import create_token

FAMILY = "👨‍👩‍👧‍👦"
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


def test_a_text_as_long_as_a_reader_may_write_it_fits(app: Flask, people: People) -> None:
    about, name, note, body = FAMILY * ABOUT_LENGTH, FAMILY * NAME_LENGTH, FAMILY * NOTE_LENGTH, "🦄" * 60_000
    with app.app_context():
        with transaction() as session:
            change_profile(session.get_one(User, 1), "alice", about)
            create_token(session.get_one(User, 1), name)
            create_invitation(session.get_one(User, 1), 1, 1, note)
            session.add(Post(author=session.get_one(User, 1), body=body))
            session.add(Message(sender_id=1, recipient_id=2, body=body))
        found = (User.about_me, Token.name, Invitation.note, Post.body, Message.body)
        assert [db.session.scalar(select(column).where(column != "")) for column in found] == [
            about, name, note, body, body,
        ]  # fmt: skip


@pytest.mark.on_server("SQLite measures nothing; the rules do")
def test_what_is_longer_than_its_column_is_never_cut_off(app: Flask, people: People) -> None:
    with app.app_context(), pytest.raises(DBAPIError), transaction() as session:
        session.get_one(User, 1).username = "x" * (USERNAME_LENGTH + 1)


def test_moments_that_differ_by_a_microsecond_are_in_order_and_compared_exactly(app: Flask, people: People) -> None:
    moments = [MOMENT.replace(microsecond=number) for number in (2, 0, 999_999, 1)]
    with app.app_context():
        with transaction() as session:
            author = session.get_one(User, 1)
            session.add_all(Post(author=author, body="then", created_at=moment) for moment in moments)
        ordered = select(Post.created_at).order_by(Post.created_at)
        assert list(db.session.scalars(ordered)) == sorted(moments)
        assert len(list(db.session.scalars(ordered.where(Post.created_at < MOMENT.replace(microsecond=2))))) == 2


def test_names_stand_in_the_same_order_everywhere(app: Flask, people: People) -> None:
    for name in ("co_b", "co-a", "coa", "Co.b", "CO1"):
        people.make_user(name)
    with app.app_context():
        names = [user.username for user in all_users()]
        assert names == ["alice", "bob", "charlie", "co-a", "Co.b", "CO1", "co_b", "coa"]
        assert [user.username for user in named_like(["co"], 10)] == names[3:]


def test_an_address_is_one_account_s_in_any_case(app: Flask, people: People) -> None:
    with app.app_context():
        found = find_user_by_email("BOB@Example.ORG")
        assert found is not None
        assert found.username == "bob"
        with pytest.raises(Conflict) as refused, transaction():
            create_user("robert", "Bob@EXAMPLE.org", PASSWORD_HASH)
        assert refused.value.values["field"] == "email"
        with pytest.raises(Conflict) as refused, transaction():
            create_user("BOB", "robert@example.org", PASSWORD_HASH)
        assert refused.value.values["field"] == "username"
        assert [user.username for user in users_by_email("bob@example.org")] == ["bob"]


@pytest.mark.parametrize("typed", ["alice\0", "alic\ufffd", "alice\U0001f984", "álice"])
def test_what_only_looks_like_a_name_is_nobodys(app: Flask, people: People, typed: str) -> None:
    with app.app_context():
        assert find_user(typed) is None


def test_names_are_found_in_any_case_and_no_accent_is_taken_for_none(app: Flask, people: People) -> None:
    with app.app_context():
        assert find_user("ALICE") is not None
        assert find_user("álice") is None
        for key in ("ALICE", "alice "):
            assert db.session.scalar(select(User.id).where(User.username_key == key)) is None


@pytest.mark.parametrize("column", ["username_key", "email_key"])
def test_what_is_somebody_elses_is_refused_by_the_database_itself(app: Flask, people: People, column: str) -> None:
    with app.app_context():
        with pytest.raises(IntegrityError), transaction() as session:
            setattr(session.get(User, 2), column, getattr(session.get(User, 1), column))
        # Accents and letters of other cases make another key.
        with transaction() as session:
            setattr(session.get(User, 2), column, "álice")
            setattr(session.get(User, 3), column, "Álice")


@pytest.mark.on_server("SQLite has one writer at a time, and one worker")
def test_a_job_that_one_worker_has_in_hand_is_passed_over_by_another(app: Flask) -> None:
    with app.app_context():
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
