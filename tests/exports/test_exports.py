"""Everything that one has written as a file: whole, for its owner alone, and never said to be ready when it is not."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from page import Page, PageClient
from people import People
from postbox import Postbox, text_of

from app.core.config import Settings
from app.core.database import db, transaction
from app.core.time import utc_now
from app.exports import queries, tasks
from app.exports.models import Export
from app.exports.service import KEPT, MOST_KEPT
from app.handlers import build_registry
from app.indexed import build_catalogue
from app.jobs.models import Job
from app.jobs.runner import run_due

PAGE = "/exports"
REFRESH = '<noscript><meta http-equiv="refresh" content="2"></noscript>'
Work = Callable[[], None]


def ask(client: PageClient) -> None:
    assert client.send("/export_posts", form_at=PAGE).location == PAGE


def contents(client: PageClient, address: str = f"{PAGE}/1") -> dict[str, Any]:
    answer = client.get(address)
    assert answer.status_code == 200
    with ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def files(settings: Settings) -> list[str]:
    folder = settings.exports_dir
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def make_due(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        for job in session.query(Job):
            job.due = utc_now()


def test_the_file_has_everything_that_one_has_written(
    people: People, alice: PageClient, bob: PageClient, work: Work
) -> None:
    alice.send("/edit_profile", {"username": "alice", "about_me": "boats"})
    people.post("alice", 'first \N{HEBREW LETTER ALEF} \U0001f600\n"quoted"')
    people.post("alice", "second")
    people.post("bob", "not mine")
    people.write("alice", "bob", "question")
    people.write("bob", "alice", "answer")
    people.write("bob", "charlie", "secret")
    ask(alice)
    page = alice.page(PAGE)
    assert "0 %" in page.text
    assert "Download" not in page.text
    assert REFRESH in alice.get(PAGE).text
    work()
    assert "Download" in alice.page(PAGE).text
    assert REFRESH not in alice.get(PAGE).text
    found = contents(alice)
    assert set(found) == {"profile.json", "following.json", "followers.json", "posts.json", "messages.json"}
    assert [post["body"] for post in found["posts.json"]["posts"]] == [
        "first \N{HEBREW LETTER ALEF} \U0001f600\n\"quoted\"", "second"
    ]  # fmt: skip
    assert all(post["timestamp"].endswith("Z") for post in found["posts.json"]["posts"])
    assert [(each["from"], each["to"], each["body"]) for each in found["messages.json"]["messages"]] == [
        ("alice", "bob", "question"), ("bob", "alice", "answer")
    ]  # fmt: skip
    assert found["profile.json"]["about_me"] == "boats"
    assert (found["following.json"], found["followers.json"]) == (["bob"], [])


def test_somebody_who_has_written_nothing_gets_an_empty_one(charlie: PageClient, work: Work) -> None:
    ask(charlie)
    work()
    assert contents(charlie)["posts.json"] == {"posts": []}


def test_more_than_one_piece_is_whole_and_in_order(people: People, alice: PageClient, work: Work, monkeypatch) -> None:
    monkeypatch.setattr(queries, "CHUNK", 3)
    monkeypatch.setattr(tasks, "NOTED_EVERY", 2)
    for number in range(10):
        people.post("alice", f"number {number}")
    ask(alice)
    work()
    assert [post["body"] for post in contents(alice)["posts.json"]["posts"]] == [f"number {n}" for n in range(10)]


def test_only_its_owner_gets_it(alice: PageClient, charlie: PageClient, client: PageClient, work: Work) -> None:
    ask(alice)
    work()
    assert charlie.get(f"{PAGE}/1").status_code == 404
    assert client.get(f"{PAGE}/1").status_code == 302
    answer = alice.get(f"{PAGE}/1")
    assert answer.mimetype == "application/zip"
    assert "microblog-alice-" in answer.headers["Content-Disposition"]
    assert "no-cache" in answer.headers["Cache-Control"] or "no-store" in answer.headers["Cache-Control"]


def test_the_file_is_private_on_the_disk_too(settings: Settings, alice: PageClient, work: Work) -> None:
    ask(alice)
    work()
    (name,) = files(settings)
    path = settings.exports_dir / name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def progress_told(client: PageClient, since: float = 0) -> list[dict[str, Any]]:
    answer = client.get("/notifications", query_string={"since": since})
    return [notice for notice in answer.get_json() if notice["name"] == "task_progress"]


def test_the_feed_tells_how_far_it_is_with_upstreams_names(
    app: Flask, people: People, alice: PageClient, bob: PageClient, work: Work, monkeypatch
) -> None:
    monkeypatch.setattr(tasks, "NOTED_EVERY", 1)
    assert progress_told(alice) == []
    for number in range(3):
        people.post("alice", f"number {number}")
    ask(alice)
    (begun,) = progress_told(alice)
    assert begun["data"] == {"task_id": "1", "progress": 0, "failed": False}
    assert progress_told(alice, begun["timestamp"]) == []
    told: list[int] = []
    note = tasks.service.note_progress

    def noted(export_id: int, done: int, total: int) -> None:
        note(export_id, done, total)
        told.append(db.session.get_one(Export, export_id).progress)

    monkeypatch.setattr(tasks.service, "note_progress", noted)
    work()
    assert told == [0, 33, 66]
    (ready,) = progress_told(alice, begun["timestamp"])
    assert ready["data"]["progress"] == 100
    assert progress_told(bob) == []


def test_one_at_a_time(app: Flask, alice: PageClient, work: Work) -> None:
    ask(alice)
    ask(alice)
    assert "One is being made already" in alice.page(PAGE).text
    with app.app_context():
        assert db.session.query(Export).count() == 1
    work()
    ask(alice)
    with app.app_context():
        assert db.session.query(Export).count() == 2


def test_a_failure_is_shown_and_never_as_ready_and_made_up_for_later(
    app: Flask, people: People, settings: Settings, alice: PageClient, work: Work, monkeypatch
) -> None:
    for number in range(5):
        people.post("alice", f"number {number}")
    whole = queries.posts_of

    def breaks(user_id: int) -> Iterator[dict[str, str]]:
        yield from list(whole(user_id))[:3]
        raise OSError("no space left on device")

    monkeypatch.setattr(queries, "posts_of", breaks)
    ask(alice)
    work()
    page = alice.page(PAGE)
    assert "Something went wrong" in page.text
    assert "100 %" not in page.text
    assert alice.get(f"{PAGE}/1").status_code == 404
    assert files(settings) == [], "nothing half made is left"
    monkeypatch.setattr(queries, "posts_of", whole)
    make_due(app)
    work()
    assert "Something went wrong" not in alice.page(PAGE).text
    assert len(contents(alice)["posts.json"]["posts"]) == 5


def test_the_same_job_twice_makes_one_file(app: Flask, settings: Settings, alice: PageClient, work: Work) -> None:
    ask(alice)
    work()
    before = files(settings)
    with app.app_context():
        tasks.make_export(settings.exports_dir, False, [{"id": 1, "address": ""}, {"id": 99, "address": ""}])
    assert files(settings) == before


def test_old_ones_go_with_their_files(app: Flask, settings: Settings, alice: PageClient, work: Work) -> None:
    for _ in range(MOST_KEPT + 2):
        ask(alice)
        work()
    assert len(files(settings)) == MOST_KEPT
    (settings.exports_dir / "99-begun.partial").write_bytes(b"by a worker that was killed")
    with app.app_context(), transaction() as session:
        for export in session.query(Export):
            export.created_at = utc_now() - KEPT - timedelta(hours=1)
    ask(alice)
    work()
    assert len(files(settings)) == 1


def test_where_mail_is_sent_a_letter_tells(settings: Settings, make_app, index) -> None:
    with Postbox() as postbox:
        own = replace(settings, mail=postbox.settings)
        app = make_app(own)
        alice = People(app).settle().browser("alice")
        ask(alice)
        with app.app_context():
            registry = build_registry(index, build_catalogue(), own)
            while run_due(registry):
                pass
        (letter,) = postbox.letters
        assert letter["To"] == "alice@example.org"
        assert "http://localhost/exports" in text_of(letter)
        (enclosed,) = letter.iter_attachments()
        assert (enclosed.get_content_type(), enclosed.get_filename()) == ("application/json", "posts.json")
        assert json.loads(enclosed.get_content()) == contents(alice)["posts.json"]
    assert Page(alice.get(PAGE).text).text.count("Download") == 1


def test_a_link_cannot_start_one(alice: PageClient) -> None:
    assert alice.get("/export_posts").status_code == 405


@pytest.mark.parametrize("number", ["0", "99", "99999999999999999999999"])
def test_what_is_not_there_is_not_found(alice: PageClient, number: str) -> None:
    assert alice.get(f"{PAGE}/{number}").status_code == 404
