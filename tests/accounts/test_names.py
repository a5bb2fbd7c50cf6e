"""A name is the same name in every normal form, wherever it is typed, and some names nobody gets."""

# ruff: noqa: RUF001  characters that look like others are what this is about

from __future__ import annotations

import unicodedata
from base64 import b64encode
from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from page import PageClient
from people import PASSWORD, PASSWORD_HASH, People

from app.accounts import passwords
from app.accounts.models import User, name_columns
from app.accounts.names import NAME_RESERVED, OTHER_NAMES, STAFF_NAMES, can_be_called, checked_username
from app.accounts.passwords import hash_password, password_matches
from app.accounts.queries import find_user, named_like, numbers_of
from app.core.database import db, transaction
from app.core.errors import Invalid
from app.core.names import name_key, normal_name
from app.imports.names import names_for

few = limits(max_examples=60, derandomize=True, deadline=None)
TEXTS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("éŞİß\u0301\u200b\u200d\u2067 \u3164"))
)
FORMS = st.sampled_from(["NFC", "NFD"])
ZOE = "Zoë"


def bring(app: Flask, *names: str) -> None:
    """Make accounts with these names, as an import does."""
    with app.app_context(), transaction():
        for number, name in enumerate(names):
            email = f"old{number}@example.org"
            db.session.add(User(**name_columns(name), email=email, email_key=email, password_hash=PASSWORD_HASH))


@few
@given(text=TEXTS, form=FORMS)
def test_name_key_is_the_same_in_every_form(text: str, form: str) -> None:
    assert name_key(unicodedata.normalize(form, text)) == name_key(text) == name_key(name_key(text))
    assert name_key(normal_name(text)) == name_key(text)
    assert normal_name(normal_name(text)) == normal_name(text)


@few
@given(text=st.text("abcé", min_size=1), invisible=st.sampled_from("\u200b\u200e\u2067\u2069\ufeff\u00ad\u3164\u115f"))
def test_names_with_invisible_characters_become_the_same_without(text: str, invisible: str) -> None:
    assert normal_name(f"{invisible}{text[0]}{invisible}{text[1:]}{invisible}") == unicodedata.normalize("NFC", text)


@few
@given(names=st.lists(TEXTS, max_size=8))
def test_names_of_an_import_are_distinct_to_an_eye(names: list[str]) -> None:
    found = names_for(enumerate(names))
    assert len({name_key(name) for name in found.values()}) == len(names)
    assert all(can_be_called(name) and name == normal_name(name) for name in found.values())


def test_names_of_an_import_stay_with_who_has_them_as_they_are_stored() -> None:
    old = [(1, "Jose\u0301"), (2, "José"), (3, "\u200bghost"), (4, "ghost"), (5, "\u2067"), (6, "می\u200cخواهم")]
    assert names_for(old) == {1: "José-2", 2: "José", 3: "ghost-2", 4: "ghost", 5: "user-5", 6: "می\u200cخواهم"}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_known_in_either_form_at_every_entrance(
    app: Flask, people: People, alice: PageClient, work: Callable[[], None], form: str
) -> None:
    bring(app, ZOE)
    typed = unicodedata.normalize(form, ZOE)
    zoe = PageClient(app)
    assert zoe.send("/auth/login", {"username": typed, "password": PASSWORD}).status_code == 302
    basic = b64encode(f"{typed}:{PASSWORD}".encode()).decode()
    assert PageClient(app).post("/api/tokens", headers={"Authorization": f"Basic {basic}"}).status_code == 200
    zoe.send("/index", {"post": "a harbour"})
    work()
    for path in (f"/user/{typed}", f"/user/{typed.upper()}", f"/user/{typed}/popup", f"/search?q=from:{typed}"):
        answer = alice.get(path)
        assert answer.status_code == 200, path
        assert ZOE in answer.text
    assert "a harbour" in alice.page(f"/search?q=from:{typed}").text
    assert alice.send(f"/follow/{typed}", form_at=f"/user/{typed}").status_code == 302
    assert zoe.send("/edit_profile", {"username": typed, "about_me": "new"}).status_code == 302
    result = app.test_cli_runner().invoke(args=["user", "suspend", typed])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("stored", "typed"),
    [("Ayşe", "ayse"), ("José", "jose"), ("straße", "STRASSE"), ("Łukasz", "lukasz"), ("Søren", "soren"),
     ("İpek", "ipek"), ("ılgaz", "ilgaz"), ("Zoë", "ｚｏｅ"), ("Jürgen", "rg"), ("mary", "máry"),
     ("user name", "@user")],
)  # fmt: skip
def test_people_are_found_regardless_of_accents(app: Flask, people: People, stored: str, typed: str) -> None:
    bring(app, stored)
    with app.app_context():
        assert [user.username for user in named_like([typed], 5)] == [stored]


def test_people_are_found_by_signs_too_and_by_nothing_not_at_all(app: Flask, people: People) -> None:
    bring(app, "50%", "a_b", "axb")
    with app.app_context():
        assert [user.username for user in named_like(["0%"], 5)] == ["50%"]
        assert next(user.username for user in named_like(["a_b"], 5)) == "a_b"
        assert named_like(["", "b", "\u200b\u200b\u200b", "%"], 5) == []


def test_names_that_are_far_too_long_are_nobodys(app: Flask, people: People) -> None:
    with app.app_context():
        assert find_user("b\u0301" * 10**6) is None
        assert numbers_of(["\u200b", "b" * 10**6, "BOB"]) == {"BOB": 2}


@pytest.mark.parametrize("name", ["me", "Me", "_me_", "m.e", "all", "everyone", "HERE", "api", "Ad.Min", "root_",
                                  "microblog", "Moderator", "support", "system", "help", "everybody"])  # fmt: skip
def test_reserved_names_are_refused(name: str) -> None:
    with pytest.raises(Invalid, match=NAME_RESERVED[:20]):
        checked_username(name)


@pytest.mark.parametrize("name", ["root.", "...", "dotty-", "a.", "-", ".", "..", "a" * 65, "", "zo\u00eb"])
def test_new_names_end_with_a_letter_a_digit_or_an_underscore(name: str) -> None:
    with pytest.raises(Invalid):
        checked_username(name)


def test_administrators_may_have_names_of_staff_and_nobody_the_others() -> None:
    assert not STAFF_NAMES & OTHER_NAMES
    assert checked_username("Admin", is_admin=True) == "Admin"
    with pytest.raises(Invalid):
        checked_username("me", is_admin=True)


def test_who_has_a_reserved_name_keeps_it(app: Flask, people: People) -> None:
    bring(app, "admin")
    old = people.browser("admin")
    assert old.send("/edit_profile", {"username": "admin", "about_me": "since 2019"}).status_code == 302
    bob = people.browser("bob")
    assert bob.send("/edit_profile", {"username": "Support", "about_me": ""}).status_code == 422


def test_log_in_by_address_is_accepted(app: Flask, people: People) -> None:
    for name, status in (("BOB@example.org ", 302), ("nobody@example.org", 422)):
        answer = PageClient(app).send("/auth/login", {"username": name, "password": PASSWORD})
        assert answer.status_code == status


@pytest.mark.parametrize("typed", ["contraseña-larga-é1", "ﬁnal ½ Ａ 한글 é", "пароль-й-и\u0306"])
def test_a_password_is_the_same_in_every_normal_form(typed: str) -> None:
    forms = {unicodedata.normalize(form, typed) for form in ("NFC", "NFD")}
    stored = hash_password(typed)
    assert all(password_matches(stored, form) for form in (*forms, typed))
    assert not password_matches(stored, f"{typed}x")


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC"])
def test_old_hashes_go_on_working_in_every_form(form: str) -> None:
    typed = unicodedata.normalize(form, "contraseña-larga-é1")
    old = passwords.generate_password_hash(typed, method="scrypt:32768:8:1")
    assert all(password_matches(old, unicodedata.normalize(each, typed)) for each in ("NFC", "NFD"))


@pytest.mark.parametrize(("typed", "most"), [("correct horse", 1), ("é" * 9, 2), ("ﬁ½é" + "e\u0301" * 9, 2)])
def test_a_password_costs_few_hashes_whether_or_not_there_is_an_account(
    typed: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    monkeypatch.setattr(passwords, "check_password_hash", lambda _stored, form: bool(tried.append(form)))
    counts = []
    for stored in (PASSWORD_HASH, None):
        tried.clear()
        assert not password_matches(stored, typed)
        counts.append(len(tried))
    assert counts == [most, most]
