"""An e-mail address is one address however its domain is written, wherever it comes in."""

from __future__ import annotations

import pytest
from flask import Flask
from people import People

from app.accounts.queries import find_user_by_email, users_by_email
from app.accounts.service import change_profile, checked_email, create_user
from app.core.database import transaction
from app.core.errors import Conflict
from app.imports.conversion import address_of

SPELLINGS = [
    "bob@münchen.de",
    "Bob@MÜNCHEN.DE",
    "bob@xn--mnchen-3ya.de",
    "bob@XN--MNCHEN-3YA.de",
    "bob@mu\u0308nchen。de",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_address_is_stored_in_one_spelling(spelling: str) -> None:
    assert checked_email(spelling).lower() == "bob@münchen.de"
    assert (address_of(spelling) or "").lower() == "bob@münchen.de"


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_two_accounts_cannot_share_an_address_in_two_spellings(app: Flask, people: People, spelling: str) -> None:
    with app.app_context():
        with transaction():
            first = create_user("first", "bob@münchen.de", "hash")
            other = create_user("other", "other@example.org", "hash")
        with pytest.raises(Conflict), transaction():
            create_user("second", spelling, "hash")
        with pytest.raises(Conflict), transaction():
            change_profile(other, "other", "", spelling)
        assert find_user_by_email(checked_email(spelling)) == first
        assert users_by_email(checked_email(spelling)) == [first]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_shell_refuses_an_address_in_another_spelling(app: Flask, people: People, spelling: str) -> None:
    runner = app.test_cli_runner()
    made = [
        runner.invoke(args=["user", "create", name, email, "--password-stdin"], input="a long good phrase\n")
        for name, email in (("first", "bob@münchen.de"), ("second", spelling))
    ]
    assert [each.exit_code for each in made] == [0, 1]
