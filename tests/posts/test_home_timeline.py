"""Home shows what I wrote and what those I follow wrote, newest first, and nothing else."""

from __future__ import annotations

from page import PageClient
from people import People


def test_home_shows_my_posts_and_those_of_people_i_follow(people: People, alice: PageClient) -> None:
    people.post("alice", "mine")
    people.post("bob", "from one I follow")
    people.post("charlie", "from a stranger")
    text = alice.page("/").text
    assert "mine" in text
    assert "from one I follow" in text
    assert "from a stranger" not in text
    assert text.index("from one I follow") < text.index("mine")
