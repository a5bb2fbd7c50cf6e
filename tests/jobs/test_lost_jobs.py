"""Nobody's state hangs on a job that was lost: asking again starts again."""

from __future__ import annotations

import pytest
from flask import Flask
from people import People

from app.accounts.queries import find_user
from app.administration.service import DELETE, request_deletion
from app.core.database import db, transaction
from app.exports.queries import MAKE, exports_of, is_running
from app.exports.service import request_export
from app.jobs.models import Job


def lose(app: Flask, *, is_given_up: bool) -> None:
    with app.app_context(), transaction() as session:
        for job in session.query(Job):
            if is_given_up:
                job.due, job.error = None, "OSError: full"
            else:
                session.delete(job)


def live(app: Flask, kind: str) -> int:
    with app.app_context():
        return db.session.query(Job).filter(Job.kind == kind, Job.due.is_not(None)).count()


@pytest.mark.parametrize("is_given_up", [True, False])
def test_a_deletion_is_started_again(app: Flask, people: People, is_given_up: bool) -> None:
    def ask() -> None:
        with app.app_context(), transaction():
            user = find_user("bob")
            assert user is not None
            request_deletion(user, None)

    ask()
    lose(app, is_given_up=is_given_up)
    for _ in range(2):
        ask()
        assert live(app, DELETE) == 1


@pytest.mark.parametrize("is_given_up", [True, False])
def test_an_export_is_started_again(app: Flask, people: People, is_given_up: bool) -> None:
    def ask() -> bool:
        with app.app_context(), transaction():
            user = find_user("alice")
            assert user is not None
            return request_export(user, "https://example.org", "en")

    assert ask()
    lose(app, is_given_up=is_given_up)
    with app.app_context():
        user = find_user("alice")
        assert user is not None
        assert not is_running(user)
    page = people.browser("alice").get("/exports").text
    assert "/export_posts" in page
    assert "data-progress" not in page
    assert ask()
    assert not ask()
    assert live(app, MAKE) == 1
    with app.app_context():
        assert len(exports_of(find_user("alice"))) == 1  # type: ignore[arg-type]
