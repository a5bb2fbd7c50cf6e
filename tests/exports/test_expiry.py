"""Exports expire: rows and files go after a week, by the worker alone, and neither is left without the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from page import PageClient
from people import People
from sqlalchemy import select, update

from app.core.config import Settings
from app.core.database import db, transaction
from app.core.time import utc_now
from app.exports import tasks
from app.exports.models import KEPT, Export
from app.exports.tasks import expire_exports
from app.upkeep import ExportExpiry
from app.web.context import SETTINGS

PAGE = "/exports"
Work = Callable[[], None]


@pytest.fixture
def finished(alice: PageClient, settings: Settings, work: Work) -> Path:
    """An export of alice's; its file."""
    assert alice.send("/export_posts", form_at=PAGE).location == PAGE
    work()
    (path,) = settings.exports_dir.iterdir()
    return path


def age(app: Flask, by: timedelta) -> None:
    with app.app_context(), transaction() as session:
        session.execute(update(Export).values(created_at=utc_now() - by))


def ids(app: Flask) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(select(Export.id)))


def expire(app: Flask, settings: Settings) -> None:
    with app.app_context():
        expire_exports(settings.exports_dir)


def test_an_export_expires_without_anybody_asking(app: Flask, settings: Settings, finished: Path) -> None:
    age(app, KEPT - timedelta(minutes=1))
    expire(app, settings)
    assert (ids(app), finished.exists()) == ([1], True)
    age(app, KEPT + timedelta(minutes=1))
    expire(app, settings)
    assert (ids(app), finished.exists()) == ([], False)


def test_an_expired_export_is_not_offered_before_the_worker_has_deleted_it(
    app: Flask, alice: PageClient, finished: Path
) -> None:
    age(app, KEPT + timedelta(seconds=1))
    assert finished.exists()
    assert f"{PAGE}/1" not in alice.get(PAGE).text
    assert alice.get(f"{PAGE}/1").status_code == 404


def test_an_unfinished_export_whose_job_was_lost_expires_too(app: Flask, settings: Settings, people: People) -> None:
    with app.app_context(), transaction() as session:
        session.add(Export(user_id=1, created_at=utc_now() - KEPT - timedelta(days=1)))
    expire(app, settings)
    assert ids(app) == []


def test_a_row_whose_file_is_missing_is_deleted(app: Flask, settings: Settings, finished: Path) -> None:
    finished.unlink()
    expire(app, settings)
    assert ids(app) == []


def test_a_file_without_a_row_is_deleted(app: Flask, settings: Settings, finished: Path) -> None:
    for name in ("77-nobodys.zip", "78-begun.partial"):
        (settings.exports_dir / name).write_bytes(b"left by a process that was killed")
    expire(app, settings)
    assert list(settings.exports_dir.iterdir()) == [finished]


def test_a_kill_between_rows_and_files_leaves_nothing_for_ever(
    app: Flask, settings: Settings, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    age(app, KEPT + timedelta(minutes=1))

    def killed(_folder: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "remove_strays", killed)
        with pytest.raises(KeyboardInterrupt):
            expire(app, settings)
    assert (ids(app), finished.exists()) == ([], True)
    expire(app, settings)
    assert not finished.exists()


def test_the_worker_expires_exports_when_it_starts_and_every_hour(
    app: Flask, settings: Settings, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("app.upkeep.time.monotonic", lambda: now)
    expiry = ExportExpiry(settings.exports_dir)

    def look() -> bool:
        with app.app_context():
            expiry.look()
        return finished.exists()

    assert look()
    age(app, KEPT + timedelta(minutes=1))
    now += 3599
    assert look()
    now += 1
    assert not look()


def test_where_nginx_has_the_file_the_answer_only_names_it(
    app: Flask, settings: Settings, alice: PageClient, bob: PageClient, finished: Path
) -> None:
    app.extensions[SETTINGS] = replace(settings, accel_redirect=True)
    answer = alice.get(f"{PAGE}/1")
    assert answer.headers["X-Accel-Redirect"] == f"/_media/exports/{finished.name}"
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"", "application/zip")
    assert "microblog-alice-" in answer.headers["Content-Disposition"]
    assert bob.get(f"{PAGE}/1").status_code == 404


@pytest.mark.parametrize("header", ["X-Accel-Redirect", "X-Sendfile-Type", "X-Accel-Mapping"])
def test_no_header_of_a_visitor_has_a_file_sent_by_nginx(alice: PageClient, finished: Path, header: str) -> None:
    answer = alice.get(f"{PAGE}/1", headers={header: "/_media/exports/"})
    assert "X-Accel-Redirect" not in answer.headers
    assert answer.data == finished.read_bytes()
