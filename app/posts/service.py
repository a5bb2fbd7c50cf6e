"""The rules of posts."""

from __future__ import annotations

from sqlalchemy import select

from ..accounts.models import User
from ..core.database import db
from ..core.room import give_up_ballast, require_room
from ..core.text import clean
from ..search.service import record_change, record_new
from .models import SUBMISSION_LENGTH, Post
from .queries import KIND

# So many of an author's newest posts are looked at for one that came from the same form.
RECENT = 20


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
    # The same form with another text (somebody went back and wrote on) is another post, without a mark.
    post = Post(author_id=author.id, body=text, submission=None if earlier else mark)
    db.session.add(post)
    db.session.flush()
    record_new(KIND, post.id)
    return post


def delete_post(post: Post) -> None:
    """Remove a post for good, and let the search index follow."""
    give_up_ballast()
    db.session.delete(post)
    record_change(KIND, post.id)


def _earlier(author: User, mark: str) -> Post | None:
    """The post that the same form made before; among the author's newest, so that no index has to be written for it."""
    newest = select(Post).where(Post.author_id == author.id).order_by(Post.id.desc()).limit(RECENT)
    return next((post for post in db.session.scalars(newest) if post.submission == mark), None)
