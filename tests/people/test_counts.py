"""The numbers kept of each account are those of its posts and follows, whatever happens to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask
from page import PageClient
from people import PASSWORD_HASH, POST_LENGTH, People
from sqlalchemy import select, text, update
from statements import Statements
from threads import at_once

from app.accounts.models import User
from app.accounts.queries import get_user
from app.accounts.service import create_user, follow, unfollow
from app.administration import service as administration
from app.core.database import db, transaction
from app.core.errors import Invalid
from app.people.queries import get_person
from app.people.service import count_anew, wrong_counts
from app.posts import service
from app.posts.queries import count_by_author, newer_posts

Numbers = tuple[int, int, int]


@pytest.fixture(params=[1, 3, 64], ids=lambda most: f"at most {most} uncounted")
def most(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many posts of an author may be left uncounted: nearly none, some, and as many as in life."""
    monkeypatch.setattr(service, "MOST_UNCOUNTED", request.param)
    return int(request.param)


def numbers(app: Flask, username: str) -> Numbers:
    """Posts, followers and followed as everything shows them; each account's are compared with the rows."""
    with app.app_context():
        assert wrong_counts() == 0
        user = get_user(username)
        person = get_person(user.id)
        assert person.post_count == count_by_author(user)
        return person.post_count, person.follower_count, person.following_count


def test_following_counts_on_both_sides_once(app: Flask, people: People, charlie: PageClient) -> None:
    headers = people.program("charlie")
    for _ in range(2):
        charlie.send("/follow/bob", form_at="/user/bob")
        charlie.put("/api/users/2/follow", headers=headers)
    assert (numbers(app, "bob"), numbers(app, "charlie")) == ((0, 2, 0), (0, 0, 1))
    for _ in range(2):
        charlie.send("/unfollow/bob", form_at="/user/bob")
        charlie.delete("/api/users/2/follow", headers=headers)
    assert (numbers(app, "bob"), numbers(app, "charlie")) == ((0, 1, 0), (0, 0, 0))


def test_posts_are_counted_wherever_they_are_written_and_deleted(
    app: Flask, people: People, most: int, alice: PageClient, bob: PageClient
) -> None:
    headers = people.program("bob")
    for number in range(5):
        bob.send("/", {"post": f"post {number}"})
        assert numbers(app, "bob") == (number + 1, 1, 0)
    program = bob.post("/api/posts", json={"body": "by a program"}, headers=headers).get_json()["id"]
    people.post("alice", "not bob's")
    assert numbers(app, "bob") == (6, 1, 0)
    bob.send("/post/1/delete")
    alice.send("/post/4/delete")
    assert bob.delete(f"/api/posts/{program}", headers=headers).status_code == 204
    assert numbers(app, "bob") == (3, 1, 0)
    assert bob.post("/post/1/delete").status_code in (400, 404), "it is gone"
    people.post("bob", "one more")
    assert (numbers(app, "bob"), numbers(app, "alice")) == ((4, 1, 0), (1, 0, 1))


def test_what_is_shown_is_what_is_counted(app: Flask, people: People, most: int, alice: PageClient) -> None:
    for number in range(4):
        people.post("bob", f"post {number}")
    profile = alice.page("/user/bob").text
    assert "Posts 4" in profile
    assert "Follower 1" in profile
    assert "4 posts" in alice.page("/user/bob/popup").text
    assert "4 posts" in alice.page("/admin/people").text
    assert "4 posts" in alice.page("/admin/people/2").text


def test_the_same_form_sent_twice_is_counted_once(app: Flask, people: People, most: int) -> None:
    for _ in range(2):
        with app.app_context(), transaction():
            service.create_post(get_user("bob"), "once", POST_LENGTH, "a mark")
    assert numbers(app, "bob") == (1, 1, 0)


def test_what_is_not_committed_is_not_counted(app: Flask, people: People, most: int) -> None:
    people.post("bob", "stays")
    with app.app_context(), pytest.raises(Invalid), transaction():
        _do_and_fail()
    assert (numbers(app, "bob"), numbers(app, "alice")) == ((1, 1, 0), (0, 0, 1))


def _do_and_fail() -> None:
    service.create_post(get_user("bob"), "is taken back", POST_LENGTH)
    unfollow(get_user("alice"), get_user("bob"))
    follow(get_user("bob"), get_user("alice"))
    raise Invalid("something else was wrong")


@pytest.mark.parametrize("piece", [2, 200])
def test_a_deleted_account_is_counted_nowhere_any_more(
    app: Flask, people: People, most: int, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(administration, "PIECE", piece)
    names = [f"user{number}" for number in range(5)]
    for name in names:
        people.make_user(name)
        people.follow(name, "charlie")
        people.follow("charlie", name)
    people.follow("alice", "user0")
    for number in range(7):
        people.post("charlie", f"post {number}")
    assert numbers(app, "charlie") == (7, 5, 5)
    with app.app_context(), transaction():
        administration.request_deletion(get_user("charlie"), None)
    work()
    assert [numbers(app, name) for name in names] == [(0, 1, 0), *[(0, 0, 0)] * 4]
    assert numbers(app, "alice") == (0, 0, 2)


def test_the_numbers_are_right_after_every_piece(
    app: Flask, people: People, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(administration, "PIECE", 2)
    for number in range(5):
        people.post("bob", f"post {number}")
    people.follow("charlie", "bob")
    people.follow("bob", "charlie")
    with app.app_context(), transaction():
        administration.request_deletion(get_user("bob"), None)
    gone, pieces = False, 0
    while not gone:
        with app.app_context(), transaction():
            gone, pieces = administration.delete_piece(2), pieces + 1
        numbers(app, "alice")
    assert pieces == 6, "three of posts, two of follows, one of the account"


def test_who_is_suspended_or_let_in_again_is_counted_as_before(app: Flask, people: People) -> None:
    people.post("bob", "a post")
    for act in (lambda bob: administration.suspend(bob, None), administration.resume):
        with app.app_context(), transaction():
            act(get_user("bob"))
        assert (numbers(app, "bob"), numbers(app, "alice")) == ((1, 1, 0), (0, 0, 1))


def test_many_at_once_are_all_counted(app: Flask, people: People, most: int) -> None:
    names = [f"user{number}" for number in range(4)]
    for name in names:
        people.make_user(name)
    acts = [partial(people.follow, name, "bob") for name in (*names, *names)]
    acts += [partial(people.post, "bob", f"post {number}") for number in range(4)]
    assert [each for each in at_once(*acts) if isinstance(each, Exception)] == []
    assert numbers(app, "bob") == (4, 5, 0)


def test_a_new_account_begins_with_nothing(app: Flask, people: People) -> None:
    with app.app_context(), transaction():
        create_user("dora", "dora@example.org", PASSWORD_HASH)
    assert numbers(app, "dora") == (0, 0, 0)


def test_few_posts_write_a_page_of_their_author(app: Flask, people: People, statements: Statements) -> None:
    """A page per post would be a fifth more of what cards are written to."""
    with statements:
        for number in range(2 * service.MOST_UNCOUNTED + 1):
            people.post("bob", f"post {number}")
    assert len([each for each in statements.writes if each.startswith("UPDATE user")]) == 2


@pytest.mark.sqlite("the plan is what its planner makes")
def test_no_post_is_read_to_count_but_the_few_new_ones(app: Flask, people: People) -> None:
    with app.app_context():
        statement = select(User.counted_posts + newer_posts()).compile(db.engine)
        plan = db.session.execute(text(f"EXPLAIN QUERY PLAN {statement}")).all()
    assert any("COVERING INDEX ix_post_author_id_id (author_id=? AND id>?)" in row[3] for row in plan), plan


def test_numbers_that_were_changed_by_hand_are_found_and_mended(app: Flask, people: People) -> None:
    people.post("bob", "a post")
    with app.app_context(), transaction():
        count_anew()
    for change in ({"follower_count": 7}, {"following_count": 7}, {"counted_posts": 7}, {"counted_up_to": 0}):
        with app.app_context(), transaction():
            db.session.execute(update(User).where(User.id == 2).values(change))
        with app.app_context():
            assert wrong_counts() == 1, change
        with app.app_context(), transaction():
            count_anew()
        assert numbers(app, "bob") == (1, 1, 0)


def test_a_command_counts_anew(app: Flask, people: People) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["user", "count"]).output == "all numbers are right\n"
    with app.app_context(), transaction():
        db.session.execute(update(User).where(User.id.in_([1, 3])).values(follower_count=7))
    result = runner.invoke(args=["user", "count"])
    assert result.output == "the numbers of 2 accounts were wrong and are right now\n"
    assert numbers(app, "alice") == (0, 0, 1)
