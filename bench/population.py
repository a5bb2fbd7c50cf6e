"""Fills a new appliance's database with people who follow each other, and what they wrote; the same each time."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, insert

from app.accounts.models import Follow, User
from app.accounts.passwords import hash_password
from app.boot.schema import bring_up_to_date
from app.messages.models import Message
from app.people.service import counted_anew
from app.posts.models import Post

from .browser import PASSWORD
from .corpus import FIRST, Corpus

READER = "bench"
FOLLOWED_BY_EACH = 50
BATCH = 5000
Row = dict[str, Any]


def populate(database: Path, *, people: int, posts: int) -> None:
    """Make the database with this many people, who follow 50 each, and posts; the first one is READER, the second the
    administrator.

    Few are followed by very many, and most by few, as it is everywhere (power law); who is followed more writes more.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    bring_up_to_date(database)
    chosen = random.Random(1)  # noqa: S311  texts, not secrets
    popularity = list(accumulate(1 / (rank + 5) for rank in range(people)))
    authors = list(range(1, people + 1))
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        _fill(connection, User, _people(people))
        _fill(connection, Follow, _follows(chosen, authors, popularity))
        _fill(connection, Post, _posts(chosen, authors, popularity, posts))
        _fill(connection, Message, _messages(authors, posts // 50))
        connection.execute(counted_anew())
    engine.dispose()


def _fill(connection: Connection, model: type[Any], rows: Iterable[Mapping[str, Any]]) -> None:
    table: Table = model.__table__
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        connection.execute(insert(table), batch)


def _people(count: int) -> Iterator[Row]:
    # One hash for all: it is slow on purpose.
    password_hash = hash_password(PASSWORD)
    for number in range(1, count + 1):
        name = READER if number == 1 else f"person{number}"
        email = f"{name}@example.org"
        yield {
            "username": name, "username_key": name, "email": email, "email_key": email, "password_hash": password_hash,
            "is_admin": number == 2, "created_at": FIRST, "last_seen": FIRST,
        }  # fmt: skip


def _follows(chosen: random.Random, people: list[int], popularity: list[float]) -> Iterator[Row]:
    for follower in people:
        followed = set(chosen.choices(people, cum_weights=popularity, k=FOLLOWED_BY_EACH * 2)) - {follower}
        for each in sorted(followed)[:FOLLOWED_BY_EACH]:
            yield {"follower_id": follower, "followed_id": each, "created_at": FIRST}


def _posts(chosen: random.Random, people: list[int], popularity: list[float], count: int) -> Iterator[Row]:
    authors = chosen.choices(people, cum_weights=popularity, k=count)
    for author, post in zip(authors, Corpus().posts(1, count), strict=True):
        yield {"author_id": author, "body": post.text, "created_at": post.created_at}


def _messages(people: list[int], count: int) -> Iterator[Row]:
    for number in range(count):
        other = people[1 + number % (len(people) - 1)]
        sender, recipient = (1, other) if number % 2 else (other, 1)
        yield {
            "sender_id": sender, "recipient_id": recipient, "body": f"message number {number}",
            "created_at": FIRST + timedelta(minutes=number),
        }  # fmt: skip
