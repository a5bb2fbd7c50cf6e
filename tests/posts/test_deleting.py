"""Deleting a post: by its author or an administrator, after a question, for good."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from page import PageClient
from people import People

from app.core.database import db
from app.posts.models import Post

DELETE = "/post/1/delete"


@pytest.fixture
def written(people: People, work: Callable[[], None]) -> None:
    """A post by bob, which search finds."""
    people.post("bob", "about harbours")
    work()


def bodies(app: Flask) -> list[str]:
    with app.app_context():
        return [post.body for post in db.session.query(Post)]


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("name", ["bob", "alice"])
def test_its_author_and_an_administrator_delete_it_for_everybody(
    app: Flask, people: People, charlie: PageClient, work: Callable[[], None], name: str
) -> None:
    browser = people.browser(name)
    assert DELETE in browser.get("/explore").text
    assert "about harbours" in browser.page(DELETE).text
    assert bodies(app) == ["about harbours"], "asking deletes nothing"
    answer = browser.send(DELETE)
    assert answer.location == "/user/bob"
    assert "The post is deleted" in browser.page("/user/bob").text
    assert bodies(app) == []
    work()
    assert charlie.page("/search?q=harbours").posts() == []
    assert charlie.get("/post/1").status_code == 404


@pytest.mark.usefixtures("written")
def test_for_others_there_is_neither_the_link_nor_the_page(app: Flask, charlie: PageClient) -> None:
    assert "/delete" not in charlie.get("/explore").text
    assert charlie.get(DELETE).status_code == 404
    assert charlie.send(DELETE, form_at="/index").status_code == 404
    assert bodies(app) == ["about harbours"]


@pytest.mark.usefixtures("written")
def test_deleting_twice_is_not_found_the_second_time(people: People, bob: PageClient) -> None:
    token = bob.token(DELETE)
    assert bob.post(DELETE, data={"csrf_token": token}).status_code == 302
    assert bob.post(DELETE, data={"csrf_token": token}).status_code == 404


@pytest.mark.usefixtures("written")
def test_a_found_post_that_was_deleted_before_the_index_knew_is_left_out(bob: PageClient) -> None:
    bob.send(DELETE)
    page = bob.page("/search?q=harbours")
    assert page.posts() == []
