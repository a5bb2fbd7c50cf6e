"""Changing one's name and what one says of oneself."""

from __future__ import annotations

import pytest
from flask import Flask
from page import Page, PageClient
from people import PASSWORD, People
from werkzeug.test import TestResponse

from app.accounts.queries import find_user


def save(client: PageClient, username: str = "alice", about_me: str = "") -> TestResponse:
    return client.send("/edit_profile", {"username": username, "about_me": about_me})


def test_what_is_saved_is_shown_to_everybody(alice: PageClient, bob: PageClient) -> None:
    answer = save(alice, about_me="I like boats\r\nand tea")
    assert answer.location == "/user/alice"
    page = bob.page("/user/alice")
    assert "I like boats and tea" in page.text
    assert "Your profile is saved" in alice.page("/").text


@pytest.mark.parametrize("path", ["/user/alice", "/user/alice/popup", "/admin/people/1"])
def test_links_names_and_tags_in_it_work(alice: PageClient, path: str) -> None:
    save(alice, about_me="See Https://example.org/me, ask @bob. #tea")
    links = {link["href"] for link in Page(alice.get(path).text).all("a")}
    assert {"Https://example.org/me", "/user/bob", "/search?q=%23tea"} <= links


@pytest.mark.parametrize("text", ["\u200b", "\u2800\u3164", "\u200e\u2060"])
def test_what_nobody_sees_is_nothing_to_say(app: Flask, alice: PageClient, text: str) -> None:
    save(alice, about_me="something")
    assert save(alice, about_me=text).status_code == 302
    with app.app_context():
        user = find_user("alice")
        assert user is not None
        assert user.about_me == ""


def test_the_form_shows_what_there_is(alice: PageClient) -> None:
    save(alice, about_me="I like <boats>")
    answer = alice.get("/edit_profile")
    assert Page(answer.text).value_of("username") == "alice"
    assert "I like &lt;boats&gt;" in answer.text


def test_nothing_to_say_is_fine(app: Flask, alice: PageClient) -> None:
    save(alice, about_me="something")
    assert save(alice, about_me=" \n ").status_code == 302
    with app.app_context():
        user = find_user("alice")
        assert user is not None
        assert user.about_me == ""


@pytest.mark.parametrize("name", ["alicia", "Alice", "ALICE"])
def test_a_new_name_is_found_and_keeps_everything(people: People, alice: PageClient, name: str) -> None:
    number = people.post("alice", "written before")
    assert save(alice, name).location == f"/user/{name}"
    page = alice.page(f"/user/{name}")
    assert page.headings == [name]
    assert page.posts() == [number]
    assert alice.get("/user/alice").status_code == (404 if name == "alicia" else 200)
    alice.send("/auth/logout", form_at="/index")
    assert alice.send("/auth/login", {"username": name, "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(
    ("username", "about_me", "message"),
    [
        ("", "", "Fill this in"),
        ("bob", "", "This name is taken"),
        ("BOB", "", "This name is taken"),
        ("al ice", "", "letters"),
        ("x" * 65, "", "letters"),
        ("alice", "x" * 141, "too long by 1"),
        ("alice", "a\0b", "cannot be shown"),
        ("alice", "a\u202eb", "cannot be shown"),
    ],
)
def test_what_cannot_be_saved_comes_back_and_changes_nothing(
    app: Flask, alice: PageClient, username: str, about_me: str, message: str
) -> None:
    save(alice, about_me="as before")
    answer = save(alice, username, about_me)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert message in page.text
    assert page.value_of("username") == username
    assert "as before" in alice.page("/user/alice").text


def test_only_ones_own_profile_offers_to_change_it(alice: PageClient) -> None:
    assert "/edit_profile" in alice.get("/user/alice").text
    assert "/edit_profile" not in alice.get("/user/bob").text
