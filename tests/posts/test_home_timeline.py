"""Home shows what I wrote and what those I follow wrote, newest first, and nothing else; at any size."""

from __future__ import annotations

import pytest
from flask import Flask
from page import PageClient
from people import People
from sqlalchemy import insert, text

from app.accounts.models import Follow, User
from app.accounts.queries import get_user
from app.core.database import db, transaction
from app.posts.models import Post
from app.posts.queries import empty_home_reason, home_statement


def test_home_shows_my_posts_and_those_of_people_i_follow(people: People, alice: PageClient) -> None:
    people.post("alice", "mine")
    people.post("bob", "from one I follow")
    people.post("charlie", "from a stranger")
    content = alice.page("/").text
    assert "mine" in content
    assert "from one I follow" in content
    assert "from a stranger" not in content
    assert content.index("from one I follow") < content.index("mine")


@pytest.mark.parametrize(
    ("name", "author", "reason"),
    [
        ("charlie", "", "unwritten"),
        ("charlie", "bob", "unfollowed"),
        ("alice", "", "quiet"),
        ("alice", "charlie", "quiet"),
        ("dora", "", "unwritten"),
    ],
)
def test_an_empty_home_knows_why_it_is_empty(app: Flask, people: People, name: str, author: str, reason: str) -> None:
    people.make_user("dora")
    if author:
        people.post(author, "hello")
    with app.app_context():
        assert empty_home_reason(get_user(name)) == reason
    page = people.browser(name).page("/")
    # Explore leads somewhere only where somebody has written something.
    leads = [link for link in page.all("a") if link.get("href") == "/explore" and "btn" in link.get("class", "")]
    assert bool(leads) is (reason != "unwritten")


def test_home_of_the_only_person_says_that_nobody_else_is_here(app: Flask) -> None:
    people = People(app)
    people.make_user("alice", is_admin=True)
    with app.app_context():
        assert empty_home_reason(get_user("alice")) == "alone"
    links = people.browser("alice").page("/").all("a")
    assert "/admin/invitations" in {link.get("href") for link in links}


def crowd(app: Flask, followed: int, posts: int) -> None:
    """Accounts that alice follows, most of which have not written for long, and many posts by others."""
    with app.app_context(), transaction() as session:
        alice, charlie = get_user("alice").id, get_user("charlie").id
        rows = [
            {"username": f"u{n}", "username_key": f"u{n}", "email": f"{n}", "email_key": f"{n}", "password_hash": "-"}
            for n in range(followed)
        ]
        ids = list(session.scalars(insert(User).returning(User.id), rows))
        session.execute(insert(Follow), [{"follower_id": alice, "followed_id": each} for each in ids])
        session.execute(insert(Post), [{"author_id": each, "body": "long ago"} for each in ids])
        session.execute(insert(Post), [{"author_id": charlie, "body": "a stranger's"} for _ in range(posts)])
        session.execute(text("ANALYZE"))


@pytest.mark.sqlite("the plan is what its planner makes")
def test_home_reads_each_authors_newest_posts_by_the_index_and_never_the_whole_table(
    app: Flask, people: People
) -> None:
    crowd(app, followed=100, posts=2000)
    with app.app_context():
        statement = home_statement(get_user("alice").id).order_by(Post.id.desc()).limit(26)
        compiled = statement.compile(db.engine, compile_kwargs={"literal_binds": True})
        plan = [row.detail for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]
    assert any("ix_post_author_id_id" in line and "SEARCH" in line for line in plan), plan
    assert not any(line.startswith("SCAN post") for line in plan), plan
