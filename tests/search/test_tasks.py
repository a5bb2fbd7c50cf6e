"""The index follows the rows: what the worker does after a post was written or deleted."""

from __future__ import annotations

from flask import Flask
from people import People

from app.core.database import db, transaction
from app.jobs.models import Job
from app.posts.models import Post
from app.posts.queries import KIND
from app.search.interface import SearchIndex
from app.search.language import parse
from app.search.service import record_change


def found(index: SearchIndex, words: str) -> list[int]:
    return list(index.search(KIND, parse(words), 0, 10).ids)


def test_a_post_is_found_once_the_worker_was_there(people: People, index: SearchIndex, work) -> None:
    number = people.post("alice", "about harbours")
    assert found(index, "harbours") == []
    work()
    assert found(index, "harbours") == [number]


def test_a_post_that_is_gone_leaves_the_index(app: Flask, people: People, index: SearchIndex, work) -> None:
    number = people.post("alice", "about harbours")
    work()
    with app.app_context(), transaction() as session:
        session.delete(session.get(Post, number))
        record_change(KIND, number)
    work()
    assert found(index, "harbours") == []


def test_a_job_for_a_post_that_never_was_is_done(app: Flask, people: People, index: SearchIndex, work) -> None:
    with app.app_context(), transaction():
        record_change(KIND, 4711)
    work()
    with app.app_context():
        assert db.session.query(Job).count() == 0
    assert index.count() == 0
