"""The language of a text by its script: told where the script tells, left out elsewhere."""

from __future__ import annotations

import pytest
from page import PageClient
from people import People

from app.web.scripts import language_by_script


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello, everybody", ""),
        ("Café crème", ""),
        ("привет", ""),
        ("مرحبا", ""),
        ("हिन्दी", ""),
        ("東京", "zh"),
        ("東京に行く", "ja"),
        ("한국어", "ko"),
        ("韓國語는 쉽다", "ko"),
        ("สวัสดี", "th"),
        ("שלום", "he"),
        ("Καλημέρα", "el"),
        ("I went to 東京 with my friends last summer", ""),
        ("🙂❤️", ""),
        ("", ""),
        ("東" * 100_000, "zh"),
    ],
)
def test_a_script_that_one_language_has_tells_it(text: str, language: str) -> None:
    assert language_by_script(text) == language


def test_messages_bios_and_short_posts_carry_the_language_of_their_script(people: People, alice: PageClient) -> None:
    people.post("alice", "東京に")
    people.write("bob", "alice", "한국어")
    alice.send("/edit_profile", {"username": "alice", "about_me": "สวัสดี"})

    def languages(address: str) -> set[str]:
        texts = [each for tag in ("div", "p") for each in alice.page(address).all(tag)]
        return {each["lang"] for each in texts if "written" in (each.get("class") or "").split() and "lang" in each}

    assert languages("/user/alice") == {"ja", "th"}
    assert languages("/messages") == {"ko"}
    assert languages("/user/alice/popup") == {"th"}
