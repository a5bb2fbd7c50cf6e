"""Reading posts: timelines by key, authors always along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import joinedload

from ..accounts.models import WAITING, Follow, User
from ..core.database import db
from ..core.errors import NotFound
from ..core.paging import LARGEST_ID, Page, Position, newest_first
from ..search.interface import Document, SearchIndex, SearchUnavailable
from ..search.words import Query
from .models import Post

KIND = "post"
CHUNK = 500


def _with_author() -> Select[Post]:
    return select(Post).options(joinedload(Post.author))


def home_statement(user_id: int) -> Select[Post]:
    """Posts of those whom the user follows, and the user's own.

    This form, and the index (author_id, id), let SQLite stop early in each author's posts: no OR, no join that
    de-duplicates, no list of parameters (reference/tech.md, measured; the plan is asserted in the tests).
    """
    followed = select(Follow.followed_id).where(Follow.follower_id == user_id)
    return _with_author().where(Post.author_id.in_(followed.union_all(select(literal(user_id)))))


def home(user: User, position: Position, size: int) -> Page[Post]:
    """The home timeline."""
    return newest_first(db.session(), home_statement(user.id), Post.id, position, size)


def explore(position: Position, size: int) -> Page[Post]:
    """Everybody's posts."""
    return newest_first(db.session(), _with_author(), Post.id, position, size)


def by_author(author: User, position: Position, size: int) -> Page[Post]:
    """The posts of one account."""
    return newest_first(db.session(), _with_author().where(Post.author_id == author.id), Post.id, position, size)


def count_by_author(author: User) -> int:
    """How many posts an account has written."""
    return db.session.scalar(select(func.count()).where(Post.author_id == author.id)) or 0


@dataclass(frozen=True)
class Person:
    """An account with what it has written and whom it knows, in numbers."""

    user: User
    post_count: int
    follower_count: int
    following_count: int


def everybody() -> Select[Any]:
    """All accounts but those that wait for approval, unordered."""
    return select(User).where(User.status != WAITING)


def followers_of(user_id: int) -> Select[Any]:
    """The accounts that follow this one."""
    return select(User).join(Follow, Follow.follower_id == User.id).where(Follow.followed_id == user_id)


def followed_by(user_id: int) -> Select[Any]:
    """The accounts that this one follows."""
    return select(User).join(Follow, Follow.followed_id == User.id).where(Follow.follower_id == user_id)


def page_of_people(statement: Select[Any], number: int, size: int) -> list[Person]:
    """Page `number` of a statement of accounts, oldest account first, with their numbers; one query."""
    posts = select(func.count()).where(Post.author_id == User.id).scalar_subquery()
    followers = select(func.count()).where(Follow.followed_id == User.id).correlate(User).scalar_subquery()
    following = select(func.count()).where(Follow.follower_id == User.id).correlate(User).scalar_subquery()
    rows = statement.add_columns(posts, followers, following).order_by(User.id).offset((number - 1) * size).limit(size)
    return [Person(*row) for row in db.session.execute(rows)]


def get_person(user_id: int, *, waiting: bool = False) -> Person:
    """One account with its numbers; raises NotFound, also for one that waits for approval unless `waiting`."""
    statement = select(User) if waiting else everybody()
    if user_id > LARGEST_ID or not (found := page_of_people(statement.where(User.id == user_id), 1, 1)):
        raise NotFound
    return found[0]


def count_of(statement: Select[Any]) -> int:
    """How many rows a statement has."""
    return db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def get_post(post_id: int) -> Post:
    """One post with its author; raises NotFound."""
    post = db.session.scalar(_with_author().where(Post.id == post_id)) if post_id <= LARGEST_ID else None
    if post is None:
        raise NotFound
    return post


def get_deletable(post_id: int, user: User) -> Post:
    """A post that the user may delete, being its author or an administrator; raises NotFound otherwise."""
    post = get_post(post_id)
    if not may_delete(post, user):
        raise NotFound
    return post


def may_delete(post: Post, user: User) -> bool:
    """Whether this user may delete this post."""
    return post.author_id == user.id or user.is_admin


def by_ids(ids: Sequence[int]) -> list[Post]:
    """Posts in the order of their ids as given; those that are gone are left out."""
    rows = {post.id: post for post in db.session.scalars(_with_author().where(Post.id.in_(ids)))}
    return [rows[post_id] for post_id in ids if post_id in rows]


@dataclass(frozen=True)
class Found:
    """One page of hits; `total` is unknown (None) and `degraded` true when the engine was away and SQL answered."""

    posts: Sequence[Post]
    total: int | None
    more: bool
    degraded: bool = False


def find(index: SearchIndex, query: Query, number: int, size: int) -> Found:
    """Page `number` of the posts that hold all words of the query, newest first; never an error."""
    offset = (number - 1) * size
    try:
        hits = index.search(KIND, query, offset, size)
    except SearchUnavailable:
        posts = containing(query.words, offset, size + 1) if query.words else []
        return Found(posts[:size], None, more=len(posts) > size, degraded=True)
    return Found(by_ids(hits.ids), hits.total, more=offset + size < hits.total)


def containing(words: Sequence[str], offset: int, limit: int) -> list[Post]:
    """Posts whose text holds every word somewhere, without an index: slow, for the time that the engine is away."""
    statement = _with_author()
    for word in words:
        statement = statement.where(Post.body.icontains(word, autoescape=True))
    return list(db.session.scalars(statement.order_by(Post.id.desc()).offset(offset).limit(limit)))


def documents(ids: Sequence[int]) -> list[Document]:
    """What the search index is to know of these posts."""
    rows = db.session.execute(select(Post.id, Post.body).where(Post.id.in_(ids)))
    return [Document(KIND, post_id, body) for post_id, body in rows]


def all_documents() -> Iterator[Document]:
    """What the search index is to know of every post, a chunk at a time so that no read stays open for long."""
    last = 0
    while True:
        statement = select(Post.id, Post.body).where(Post.id > last).order_by(Post.id).limit(CHUNK)
        rows = db.session.execute(statement).all()
        db.session.rollback()
        if not rows:
            return
        yield from (Document(KIND, post_id, body) for post_id, body in rows)
        last = rows[-1][0]


def count_all() -> int:
    """How many posts there are; reads a whole index, so not for a page."""
    return db.session.scalar(select(func.count()).select_from(Post)) or 0
