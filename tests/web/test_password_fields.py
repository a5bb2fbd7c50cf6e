"""Fields of passwords help password managers, and passwords count exactly as they were typed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from page import Page, PageClient
from people import People

from app.accounts.passwords import hash_password
from app.accounts.queries import get_user
from app.accounts.service import set_password
from app.core.config import Settings
from app.core.database import transaction

ODD = "  Ünd \U0001f511 ABC abc  "
LONG = "x" * 200 + "Y"


@pytest.mark.parametrize("address", ["/auth/login", "/auth/register", "/auth/password"])
def test_they_are_masked_and_say_what_they_are(make_app, settings: Settings, address: str) -> None:
    app: Flask = make_app(replace(settings, registration="open"))
    people = People(app).settle()
    page = (people.browser("alice") if address == "/auth/password" else PageClient(app)).page(address)
    fields = [field for field in page.all("input") if "password" in field.get("name", "")]
    assert fields
    for field in fields:
        assert field["type"] == "password"
        assert field["autocomplete"] in ("current-password", "new-password")
        assert not {"pattern", "onpaste", "readonly"} & field.keys()


@pytest.mark.parametrize("password", [ODD, LONG])
def test_a_password_counts_exactly_as_it_was_typed(app: Flask, people: People, password: str) -> None:
    hashed = hash_password(password)
    with app.app_context(), transaction():
        set_password(get_user("bob"), hashed)
    for other in {password.strip(), password.lower(), password[:-1], password[:72]} - {password}:
        assert _log_in(app, other) == 422
    assert _log_in(app, password) == 302


def _log_in(app: Flask, password: str) -> int:
    client = PageClient(app)
    token = Page(client.get("/auth/login").text).value_of("csrf_token")
    data = {"csrf_token": token, "username": "bob", "password": password}
    return client.post("/auth/login", data=data).status_code
