"""`flask jobs` lists what failed, tries it again, and drops it; it shows no address and no link."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import Result
from flask import Flask

from app.core.database import db, transaction
from app.core.time import utc_now
from app.jobs.models import Job
from app.jobs.service import ERASED

SECRET = "https://example.org/secret-link"


@pytest.fixture
def ids(app: Flask) -> list[int]:
    """Jobs that were given up, are tried again, wait, and were erased."""
    later = utc_now() + timedelta(hours=1)
    jobs = [
        Job(kind="exports.make", payload={"id": 1, "link": SECRET}, due=None, attempts=10, error="OSError: full"),
        Job(
            kind="mail.send",
            payload={"link": SECRET},
            due=later,
            attempts=3,
            error="MailFailed: 451",
        ),
        Job(kind="search.update", payload={"link": SECRET}, due=later),
        Job(kind="mail.send", payload={}, due=None, attempts=1, error=f"RecipientRefused 550{ERASED}"),
    ]
    with app.app_context(), transaction() as session:
        session.add_all(jobs)
        session.flush()
        # A new row with None gets the default.
        jobs[0].due = jobs[3].due = None
        return [job.id for job in jobs]


def run(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=["jobs", *map(str, arguments)])


def left(app: Flask) -> list[int]:
    with app.app_context():
        return [job.id for job in db.session.query(Job).order_by(Job.id)]


def due(app: Flask) -> list[int]:
    with app.app_context():
        return [job.id for job in db.session.query(Job).filter(Job.due <= utc_now()).order_by(Job.id)]


def test_the_list_shows_failed_jobs_and_with_all_every_job(app: Flask, ids: list[int]) -> None:
    given_up, retrying, waiting, erased = ids
    of_mail = ["--kind", "mail.send"]
    for arguments, expected in ([], [given_up, retrying, erased]), (["--all"], ids), (of_mail, [retrying, erased]):
        result = run(app, "list", *arguments)
        assert result.exit_code == 0
        assert [int(line.split("\t")[0]) for line in result.output.splitlines()] == expected
        assert "secret" not in result.output
    assert run(app, "list", "--kind", "no.such").exit_code == 0
    assert waiting in left(app)


def test_a_failed_job_is_retried(app: Flask, ids: list[int]) -> None:
    assert run(app, "retry", ids[0]).exit_code == 0
    assert due(app) == [ids[0]]
    assert run(app, "retry", "--all").exit_code == 0
    assert due(app) == ids[:2]


def test_what_cannot_be_retried_is_refused(app: Flask, ids: list[int]) -> None:
    for number in (ids[2], ids[3], 10**30, max(ids) + 1):
        result = run(app, "retry", number)
        assert result.exit_code == 1
        assert f"job {number} cannot be retried" in result.output
    assert due(app) == []


def test_jobs_are_dropped(app: Flask, ids: list[int]) -> None:
    assert run(app, "drop", ids[2]).exit_code == 0
    assert left(app) == [ids[0], ids[1], ids[3]]
    assert run(app, "drop", "--all").exit_code == 0
    assert left(app) == [ids[1]], "what is tried again stays"
    assert run(app, "drop", ids[0]).exit_code == 1


@pytest.mark.parametrize("command", ["retry", "drop"])
@pytest.mark.parametrize("arguments", [[], ["1", "--all"], ["x"], ["0"], ["-1"]])
def test_jobs_have_to_be_named(app: Flask, ids: list[int], command: str, arguments: list[str]) -> None:
    assert run(app, command, *arguments).exit_code == 2
    assert left(app) == ids
