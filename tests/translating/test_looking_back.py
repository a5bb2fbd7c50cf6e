"""The real worker looks through older posts, killed again and again, and answers for new ones meanwhile."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from databases import let_leases_end
from flask import Flask
from people import People
from processes import end, eventually, start
from sqlalchemy import func

from app.core.config import Settings
from app.core.database import db, transaction
from app.jobs.models import Job
from app.posts.models import Post

OLDER_POSTS, KILLS = 3000, 6


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """What the workers said."""
    return tmp_path / "worker.log"


def without_language(app: Flask) -> int:
    with app.app_context():
        return db.session.query(func.count(Post.id)).filter(Post.language.is_(None)).scalar() or 0


def jobs(app: Flask) -> int:
    with app.app_context():
        return db.session.query(Job).count()


def test_every_post_gets_its_language_though_the_worker_is_killed_at_any_moment(
    app: Flask, settings: Settings, people: People, log: Path
) -> None:
    with app.app_context(), transaction() as session:
        session.add_all(Post(author_id=1, body=f"Bonjour tout le monde {number}") for number in range(OLDER_POSTS))
    moments = random.Random(815)  # noqa: S311  moments, not secrets
    for _ in range(KILLS):
        process = start(settings, "-m", "app.worker", log=log)
        try:
            time.sleep(moments.uniform(0.3, 1.5))
            people.post("bob", "Guten Morgen zusammen")
        finally:
            end(process)
    let_leases_end(app)
    process = start(settings, "-m", "app.worker", log=log)
    try:
        eventually(lambda: without_language(app) == 0)
        eventually(lambda: jobs(app) == 0)
    finally:
        end(process)
    with app.app_context():
        counts = dict(db.session.query(Post.language, func.count(Post.id)).group_by(Post.language).all())
    assert counts == {"fr": OLDER_POSTS, "de": KILLS}
    assert "Traceback" not in log.read_text()
