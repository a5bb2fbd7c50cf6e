"""Deleting a post: by its author or an administrator, after a question, for good."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

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


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/explore", "/explore"),
        ("/search?q=harbours&sort=new", "/search?q=harbours&sort=new"),
        ("/user/alice", "/user/alice"),
        ("/post/1", "/user/bob"),
        (DELETE, "/user/bob"),
        ("//example.org/", "/user/bob"),
        ("https://example.org/", "/user/bob"),
        ("/auth/logout", "/user/bob"),
        ("", "/user/bob"),
    ],
)
def test_deleting_leads_back_to_where_it_was_chosen(bob: PageClient, target: str, lands: str) -> None:
    address = f"{DELETE}?{urlencode({'next': target})}"
    answer = bob.send(DELETE, {"next": target}, form_at=address)
    assert answer.location == lands


@pytest.mark.usefixtures("written")
def test_a_posts_menu_carries_the_page_and_the_question_has_no_menu(bob: PageClient) -> None:
    links = [link["href"] for link in bob.page("/search?q=harbours").all("a") if DELETE in link["href"]]
    assert links == [f"{DELETE}?next=/search?q%3Dharbours"]
    question = bob.page(links[0])
    assert question.value_of("next") == "/search?q=harbours"
    assert not question.all("details")
