"""kill -9 of web process, worker and everything, while people write: what was acknowledged is there, once."""

from __future__ import annotations

import random
import secrets
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from people import People
from postbox import Postbox
from processes import eventually
from whole import Client, Whole

from app.backup.snapshot import verify
from app.core.config import Settings
from app.posts.queries import KIND
from app.search.whoosh_index import WhooshIndex

KILLS = 50
PEOPLE = ("alice", "bob", "charlie")
PAUSE = 0.02

pytestmark = pytest.mark.sqlite("its file is looked at")


@dataclass
class Writer:
    """Somebody who writes one post after the other, and remembers which of them were acknowledged.

    Whoever `insists` sends a post again until it is acknowledged, marked so that it counts once.
    """

    name: str
    client: Client
    insists: bool
    stopping: threading.Event
    acknowledged: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)

    def write(self) -> None:
        """Write until it is enough."""
        number = 0
        while not self.stopping.is_set():
            number += 1
            self._write_one(f"storm {self.name}x{number}", f"{self.name}-{number}")

    def _write_one(self, text: str, mark: str) -> None:
        while True:
            answer = self.client.post(text, **({"Idempotency_Key": mark} if self.insists else {}))
            if answer.status == 201:
                self.acknowledged.append(text)
            elif answer.status:
                self.refused.append(answer.status)
            time.sleep(PAUSE)
            if answer.status == 201 or not self.insists or self.stopping.is_set():
                return


@pytest.fixture
def whole(settings: Settings, free_port: int, tmp_path: Path, postbox: Postbox) -> Iterator[Whole]:
    mail = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(postbox.settings.port), "MAIL_SENDER": "m@example.org"}
    whole = Whole(settings, free_port, tmp_path / "log", **mail)
    yield whole
    whole.end()


def kills(moments: random.Random) -> Iterator[str]:
    """What is killed, in turn: web and worker in either order, then everything."""
    while True:
        yield from moments.sample(["blog-web", "blog-worker"], 2)
        yield ""


def rows(database: Path, question: str) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [row[0] for row in connection.execute(question)]


def test_fifty_kills_at_any_moment_lose_nothing_and_double_nothing(
    app: Flask, settings: Settings, people: People, whole: Whole, postbox: Postbox
) -> None:
    seed = secrets.randbelow(2**32)
    print("seed", seed)
    moments = random.Random(seed)  # noqa: S311  moments, not secrets
    stopping = threading.Event()
    writers = [Writer(name, Client(whole.address, people.program(name)), name == "bob", stopping) for name in PEOPLE]
    for number in range(KILLS):
        people.make_user(f"forgetful{number}")
    asked = _storm(whole, writers, moments)

    database = settings.database_path
    eventually(lambda: not rows(database, "SELECT kind FROM job"))
    assert whole.stop() == 0
    verify(database)
    there = Counter(rows(database, "SELECT body FROM post"))
    acknowledged = [text for writer in writers for text in writer.acknowledged]
    assert len(acknowledged) > KILLS
    assert [text for text in acknowledged if there[text] != 1] == []
    assert there.total() == len(there), "also what nobody acknowledged is there once at most"
    assert [writer.refused for writer in writers] == [[], [], []]
    index = WhooshIndex(settings.search_dir)
    assert sorted(index.numbers(KIND)) == sorted(map(int, rows(database, "SELECT id FROM post")))
    index.close()
    assert asked <= {letter["To"] for letter in postbox.letters}
    assert asked
    assert "malformed" not in whole.log.read_text()


def _storm(whole: Whole, writers: list[Writer], moments: random.Random) -> set[str]:
    """Kill and start again while the writers write; the addresses for which a link was asked with success."""
    threads = [threading.Thread(target=writer.write) for writer in writers]
    asked: set[str] = set()
    whole.start()
    for thread in threads:
        thread.start()
    try:
        for number, program in zip(range(KILLS), kills(moments), strict=False):
            if program != "blog-worker":
                eventually(whole.answers)
                address = f"forgetful{number}@example.org"
                if Client(whole.address).submit("/auth/reset_password_request", email=address).status == 200:
                    asked.add(address)
            time.sleep(moments.uniform(0.0, 0.6))
            if program:
                whole.kill(program)
            else:
                whole.kill_all()
                whole.start()
        eventually(whole.answers)
    finally:
        writers[0].stopping.set()
        for thread in threads:
            thread.join()
    return asked
