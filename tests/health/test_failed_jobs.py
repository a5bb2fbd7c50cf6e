"""The status page shows jobs that failed, with buttons for administrators alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from page import PageClient
from people import People

from app.core.database import db, transaction
from app.core.time import utc_now
from app.health.data import jobs
from app.jobs.models import Job
from app.jobs.service import ERASED

PAGE = "/admin/health"


@pytest.fixture
def ids(app: Flask) -> list[int]:
    """Jobs that were given up, failed a while ago, failed just now, and were erased."""
    now, old = utc_now(), utc_now() - timedelta(hours=2)
    rows = [
        Job(kind="exports.make", payload={"id": 1}, due=None, attempts=10, error="OSError: <full>", created_at=old),
        Job(kind="mail.send", payload={"id": 2}, due=now + timedelta(hours=1), error="MailFailed: 451", created_at=old),
        Job(kind="mail.send", payload={"id": 3}, due=now + timedelta(hours=1), error="MailFailed: 451"),
        Job(kind="mail.send", payload={}, due=None, error=f"RecipientRefused 550{ERASED}"),
    ]
    with app.app_context(), transaction() as session:
        session.add_all(rows)
        session.flush()
        # A new row with None gets the default.
        rows[0].due = rows[3].due = None
        return [job.id for job in rows]


def left(app: Flask) -> dict[int, bool]:
    """Jobs by their ids, and whether they are due."""
    with app.app_context():
        return {job.id: job.due is not None and job.due <= utc_now() for job in db.session.query(Job)}


def test_the_page_shows_failed_jobs(people: People, ids: list[int]) -> None:
    people.make_user("boss", is_admin=True)
    page = people.browser("boss").get(PAGE)
    for number, is_shown in zip(ids, (True, True, False, True), strict=True):
        assert (f'data-job="{number}"' in page.text) == is_shown
    assert "&lt;full&gt;" in page.text


def test_the_buttons_retry_and_drop_one_or_all(app: Flask, people: People, ids: list[int]) -> None:
    people.make_user("boss", is_admin=True)
    boss = people.browser("boss")
    given_up, old, new, erased = ids
    boss.send(f"{PAGE}/jobs/retry", {"id": str(old)}, form_at=PAGE)
    assert left(app) == {given_up: False, old: True, new: False, erased: False}
    boss.send(f"{PAGE}/jobs/drop", {"id": str(erased)}, form_at=PAGE)
    boss.send(f"{PAGE}/jobs/drop", {"id": "nonsense"}, form_at=PAGE)
    boss.send(f"{PAGE}/jobs/retry", {"id": "all"}, form_at=PAGE)
    assert left(app) == {given_up: True, old: True, new: True}


def test_members_have_no_buttons(app: Flask, people: People, ids: list[int], bob: PageClient) -> None:
    before = left(app)
    for action in ("retry", "drop"):
        assert bob.post(f"{PAGE}/jobs/{action}", data={"id": "all"}).status_code in (400, 403, 404)
    assert left(app) == before


def test_the_check_warns_of_what_fails_for_long(app: Flask, ids: list[int]) -> None:
    with app.app_context():
        assert jobs().status == "warn"
        with transaction() as session:
            session.query(Job).filter(Job.due.is_(None)).delete()
        assert jobs().status == "warn"
        with transaction() as session:
            session.query(Job).filter(Job.id == ids[1]).delete()
        assert jobs().status == "ok"
