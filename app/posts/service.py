"""The rules of posts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update

from ..accounts.models import User
from ..core.database import changed_rows, db
from ..core.room import give_up_ballast, require_room
from ..core.text import clean
from ..search.service import record_change, record_new
from .models import SUBMISSION_LENGTH, Post
from .queries import KIND, newer_posts

# So many of an author's newest posts are looked at for one that came from the same form.
RECENT = 20
# So many of an author's posts are counted anew each time somebody asks how many there are.
MOST_UNCOUNTED = 64


def checked_body(body: str, limit: int) -> str:
    """The text as it will be stored; raises Invalid."""
    return clean(body, "post", limit, lines=True)


def create_post(author: User, body: str, limit: int, submission: str = "") -> Post:
    """Write a post and let the search index follow; the same form sent twice gives the first post again.

    Raises Invalid for a text that is empty, longer than `limit` characters, or cannot be shown, and StorageFull.
    """
    text = checked_body(body, limit)
    mark = submission if 0 < len(submission) <= SUBMISSION_LENGTH and submission.isascii() else None
    earlier = _earlier(author, mark) if mark else None
    if earlier is not None and earlier.body == text:
        return earlier
    require_room()
    _count_in(author.id)
    # The same form with another text (somebody went back and wrote on) is another post, without a mark.
    post = Post(author_id=author.id, body=text, submission=None if earlier else mark)
    db.session.add(post)
    db.session.flush()
    record_new(KIND, post.id)
    return post


def delete_post(post: Post) -> None:
    """Remove a post for good, and let the search index follow."""
    give_up_ballast()
    remove_posts(post.author_id, [post.id])


def remove_posts(author_id: int, ids: Sequence[int]) -> None:
    """Remove these posts of one author, count them no longer, and let the search index follow."""
    up_to = db.session.scalar(select(User.counted_up_to).where(User.id == author_id)) or 0
    counted = [post_id for post_id in ids if post_id <= up_to]
    if counted:
        gone = changed_rows(db.session.execute(delete(Post).where(Post.id.in_(counted))))
        fewer = update(User).where(User.id == author_id).values(counted_posts=User.counted_posts - gone)
        db.session.execute(fewer)
    db.session.execute(delete(Post).where(Post.id.in_(ids)))
    for post_id in ids:
        record_change(KIND, post_id)


def _count_in(author_id: int) -> None:
    """Add up an author's posts that are not counted yet, when they have become many.

    Not with every post: that would write a page more for each, and cards wear out by writing.
    """
    if (db.session.scalar(select(newer_posts()).select_from(User).where(User.id == author_id)) or 0) >= MOST_UNCOUNTED:
        newest = select(func.max(Post.id)).where(Post.author_id == author_id).scalar_subquery()
        # In this order: MySQL already has the new value of what stands before.
        values = ((User.counted_posts, User.counted_posts + newer_posts()), (User.counted_up_to, newest))
        counted = update(User).where(User.id == author_id).ordered_values(*values)
        db.session.execute(counted, execution_options={"synchronize_session": False})


def _earlier(author: User, mark: str) -> Post | None:
    """The post that the same form made before; among the author's newest, so that no index has to be written for it."""
    newest = select(Post).where(Post.author_id == author.id).order_by(Post.id.desc()).limit(RECENT)
    return next((post for post in db.session.scalars(newest) if post.submission == mark), None)
