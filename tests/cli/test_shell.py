"""`flask shell` has at hand what one looks at, under the names that upstream's users know."""

from __future__ import annotations

from flask import Flask
from people import People

from app.accounts.models import User
from app.posts.models import Post


def test_the_database_and_its_tables_are_at_hand(app: Flask, people: People) -> None:
    people.post("alice", "hello")
    with app.app_context():
        names = app.make_shell_context()
        assert {"sa", "so", "db", "User", "Post", "Message", "transaction"} <= set(names)
        posts = names["db"].session.scalars(names["sa"].select(names["Post"]).join(names["Post"].author)).all()
    assert [(type(post), post.body) for post in posts] == [(Post, "hello")]
    assert names["User"] is User
