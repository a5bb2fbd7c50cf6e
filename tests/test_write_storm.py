"""Several processes that write as fast as they can: no error, no "database is locked", no lost update."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from flask import Flask
from people import POST_LENGTH, People
from processes import LIMIT_SECONDS, end, start

from app import assemble
from app.accounts.queries import get_user
from app.core.config import Settings
from app.core.database import db, transaction
from app.core.models import Fact
from app.jobs.models import Job
from app.posts.service import create_post

PROCESSES = 4
SECONDS = 8.0
COUNTER = "storm"


def write_for(seconds: float) -> None:
    """Read a number and write it one larger, together with a post, until the time is over; print how often."""
    app = assemble()
    count = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with app.app_context():
            get_user("alice")  # the reads of a request come first
            with transaction() as session:
                fact = session.get(Fact, COUNTER)
                assert fact is not None
                fact.value = str(int(fact.value) + 1)
                create_post(get_user("alice"), f"post {count}", POST_LENGTH)
        count += 1
    with app.app_context():
        db.engine.dispose()
    print(count)


def test_nothing_is_lost_and_nobody_is_turned_away(
    app: Flask, settings: Settings, people: People, tmp_path: Path
) -> None:
    with app.app_context(), transaction() as session:
        session.add(Fact(name=COUNTER, value="0"))
    logs = [tmp_path / f"writer-{number}.log" for number in range(PROCESSES)]
    writers = [start(settings, __file__, str(SECONDS), log=log) for log in logs]
    try:
        assert [writer.wait(LIMIT_SECONDS) for writer in writers] == [0] * PROCESSES, [log.read_text() for log in logs]
    finally:
        for writer in writers:
            end(writer)
    counts = [int(log.read_text()) for log in logs]
    with app.app_context():
        fact = db.session.get(Fact, COUNTER)
        assert fact is not None
        assert int(fact.value) == sum(counts) == people.count_posts() == db.session.query(Job).count()
    assert all(counts), "nobody starves"


if __name__ == "__main__":
    write_for(float(sys.argv[1]))
