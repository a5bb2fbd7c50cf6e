"""Reading posts: timelines by key, authors always along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

from sqlalchemy import ScalarSelect, Select, bindparam, func, literal, select
from sqlalchemy.orm import joinedload

from ..accounts.models import ACTIVE, Follow, User
from ..accounts.queries import numbers_of
from ..core.database import db
from ..core.errors import NotFound
from ..core.models import Fact
from ..core.paging import LARGEST_ID, Page, Position, newest_first
from ..search import finding
from ..search.fallback import MOST_ROWS, Columns, condition
from ..search.finding import Found, Place
from ..search.interface import Document, SearchIndex
from ..search.pinned import Pinned
from ..search.query import Mark, Problem, Query, Reason
from .models import Post

KIND = "post"
# The fact that says from which post on, downwards, the languages of older posts have still to be detected; 0 when all
# were looked at.
LOOKED_BACK_TO = "translating.looked_back_to"
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


def empty_home_reason(user: User) -> str:
    """Return why a user's home timeline has no posts.

    "quiet": the followed have written nothing; "unfollowed": others have posts; "unwritten": there are others, who have
    none; "alone": there is nobody else.
    """
    checks = {
        "quiet": select(Follow.followed_id).where(Follow.follower_id == user.id),
        "unfollowed": select(Post.id).where(Post.author_id != user.id),
        "unwritten": select(User.id).where(User.id != user.id, User.status == ACTIVE),
    }
    return next((reason for reason, rows in checks.items() if db.session.scalar(rows.limit(1)) is not None), "alone")


def explore(position: Position, size: int) -> Page[Post]:
    """Everybody's posts."""
    return newest_first(db.session(), _with_author(), Post.id, position, size)


def by_author(author: User, position: Position, size: int) -> Page[Post]:
    """The posts of one account."""
    return newest_first(db.session(), _with_author().where(Post.author_id == author.id), Post.id, position, size)


def newer_posts() -> ScalarSelect[int]:
    """For a statement over accounts: how many posts of each are not in its `counted_posts`; a few at most."""
    newer = select(func.count()).where(Post.author_id == User.id, Post.id > User.counted_up_to)
    return newer.correlate(User).scalar_subquery()


@cache
def _newer_by_author() -> Select[int]:
    # Built once: building it takes three times as long as asking.
    newer_by_author = (Post.author_id == bindparam("author_id"), Post.id > bindparam("counted_up_to"))
    return select(func.count()).where(*newer_by_author)


def count_by_author(author: User) -> int:
    """How many posts an account has written."""
    values = {"author_id": author.id, "counted_up_to": author.counted_up_to}
    return author.counted_posts + (db.session.scalar(_newer_by_author(), values) or 0)


def post_counts(ids: Sequence[int]) -> dict[int, int]:
    """How many posts these accounts have written, by their numbers."""
    counts = select(User.id, User.counted_posts + newer_posts()).where(User.id.in_(ids))
    return {row[0]: row[1] for row in db.session.execute(counts)}


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


def find(
    index: SearchIndex,
    query: Query,
    position: Position,
    size: int,
    *,
    viewer: User | None = None,
    newest: bool = False,
    pinned: Pinned | None = None,
) -> Found[Post]:
    """Return a page of the posts that the query asks for, the best or the newest first; never an error.

    "me" in the query is the viewer; whoever it is, the posts are the same.
    """
    recipients = [person for person in query.people() if person.role == "to"]
    query = query.resolved(numbers_of(query.names(), viewer.id if viewer else None))
    if recipients:
        # Posts have none; whether there is such a person does not matter then.
        misplaced = (Problem(each.role, each.name, Reason.PLACE) for each in recipients)
        query = replace(query, problems=(*(each for each in query.problems if each.operator != "to"), *misplaced))
    place = Place(KIND, None, documents, by_ids, without_index)
    found = finding.find(index, place, query, position, size, newest=newest, pinned=pinned)
    return found if has_languages(query) else replace(found, behind=True)


def has_languages(query: Query) -> bool:
    """Whether the languages that a query asks for are known of all posts."""
    if not any(isinstance(leaf, Mark) and leaf.text.startswith("lang=") for leaf in query.all_leaves()):
        return True
    fact = db.session.get(Fact, LOOKED_BACK_TO)
    return fact is not None and fact.value == "0"


def without_index(query: Query, position: Position, size: int) -> Page[Post]:
    """Return posts for a query among the newest ones: for the time that the engine is away."""
    newest = db.session.scalar(select(func.max(Post.id))) or 0
    columns = Columns(Post.body, Post.author_id, Post.created_at)
    statement = _with_author().where(Post.id > newest - MOST_ROWS, condition(query, columns))
    return newest_first(db.session(), statement, Post.id, position, size)


def _documents(statement: Select[int, str, datetime, int, str | None]) -> list[Document]:
    return [
        Document(KIND, number, body, created_at, author, language=language or "")
        for number, body, created_at, author, language in db.session.execute(statement)
    ]


def _indexed() -> Select[int, str, datetime, int, str | None]:
    return select(Post.id, Post.body, Post.created_at, Post.author_id, Post.language)


def documents(ids: Sequence[int]) -> list[Document]:
    """What the search index is to know of these posts."""
    return _documents(_indexed().where(Post.id.in_(ids)))


def all_documents() -> Iterator[Document]:
    """What the search index is to know of every post, a chunk at a time so that no read stays open for long."""
    last = 0
    while chunk := _documents(_indexed().where(Post.id > last).order_by(Post.id).limit(CHUNK)):
        db.session.rollback()
        yield from chunk
        last = chunk[-1].id
    db.session.rollback()


def all_numbers() -> list[int]:
    """The ids of all posts; for checks alone."""
    return list(db.session.scalars(select(Post.id)))


def count_all() -> int:
    """How many posts there are; reads a whole index, so not for a page."""
    return db.session.scalar(select(func.count()).select_from(Post)) or 0
