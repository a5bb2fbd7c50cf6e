"""Following and no longer following somebody."""

from __future__ import annotations

import pytest
from flask import Flask
from page import PageClient
from people import People

from app.accounts.models import Follow
from app.accounts.queries import get_user, standing
from app.core.database import db


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.query(Follow).count()


def test_following_brings_somebodys_posts_home_and_unfollowing_takes_them_away(
    people: People, charlie: PageClient
) -> None:
    people.post("bob", "a post by bob")
    assert "a post by bob" not in charlie.page("/").text
    answer = charlie.send("/follow/bob", form_at="/user/bob")
    assert answer.location == "/user/bob"
    assert "You follow bob now" in charlie.page("/user/bob").text
    assert "a post by bob" in charlie.page("/").text
    charlie.send("/unfollow/bob", form_at="/user/bob")
    assert "You no longer follow bob" in charlie.page("/user/bob").text
    assert "a post by bob" not in charlie.page("/").text


def test_following_twice_is_following_once(app: Flask, alice: PageClient) -> None:
    before = count(app)
    alice.send("/follow/bob", form_at="/user/bob")
    assert count(app) == before == 1
    assert "You follow bob already" in alice.page("/user/bob").text


def test_not_following_any_more_twice_is_no_error(app: Flask, charlie: PageClient) -> None:
    assert charlie.send("/unfollow/bob", form_at="/user/bob").status_code == 302
    assert "You did not follow bob" in charlie.page("/user/bob").text
    assert count(app) == 1


@pytest.mark.parametrize("action", ["follow", "unfollow"])
def test_nobody_follows_oneself(app: Flask, alice: PageClient, action: str) -> None:
    answer = alice.send(f"/{action}/alice", form_at="/user/bob")
    assert answer.status_code == 422
    assert "You cannot follow yourself" in answer.text
    assert count(app) == 1


@pytest.mark.parametrize("action", ["follow", "unfollow"])
@pytest.mark.parametrize("name", ["nobody", "%00", "a%0Ab", "x" * 300, "%F0%9F%98%80"])
def test_somebody_who_is_not_there_cannot_be_followed(app: Flask, alice: PageClient, action: str, name: str) -> None:
    assert alice.send(f"/{action}/{name}", form_at="/user/bob").status_code == 404
    assert count(app) == 1


def test_names_are_found_regardless_of_case(app: Flask, charlie: PageClient) -> None:
    assert charlie.send("/follow/BOB", form_at="/user/BOB").location == "/user/bob"
    assert count(app) == 2


@pytest.mark.parametrize(
    ("user", "viewer", "expected"),
    [("bob", "alice", (1, 0, True)), ("alice", "bob", (0, 1, False)), ("charlie", "alice", (0, 0, False))],
)
def test_a_profile_counts_followers_and_followed(
    app: Flask, people: People, user: str, viewer: str, expected: tuple[int, int, bool]
) -> None:
    with app.app_context():
        found = standing(get_user(user), get_user(viewer))
    assert (found.follower_count, found.following_count, found.is_following) == expected
