"""Counts the posts and follows of all accounts, from what there is."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ScalarSelect, Update, func, select, update

from ..accounts.models import Follow, User
from ..core.database import db
from ..posts.models import Post


def wrong_counts() -> int:
    """How many accounts have other numbers than there are posts and follows; reads whole indexes, so not for a page."""
    older = (Post.author_id == User.id) & (Post.id <= User.counted_up_to)
    posts, followers, following = _counted(older)
    wrong = (User.counted_posts != posts) | (User.follower_count != followers) | (User.following_count != following)
    return db.session.scalar(select(func.count()).select_from(User).where(wrong)) or 0


def count_anew() -> None:
    """Give all accounts the right numbers."""
    db.session.execute(counted_anew(), execution_options={"synchronize_session": False})


def counted_anew() -> Update:
    """The statement that does so."""
    posts, followers, following = _counted(Post.author_id == User.id)
    newest = select(func.max(Post.id)).where(Post.author_id == User.id).correlate(User).scalar_subquery()
    values = {
        User.counted_posts: posts,
        User.counted_up_to: func.coalesce(newest, 0),
        User.follower_count: followers,
        User.following_count: following,
    }
    return update(User).values(values)


def _counted(posts: ColumnElement[bool]) -> list[ScalarSelect[int]]:
    """What there is of each account of a statement: such posts, who follows it, whom it follows."""
    each = (posts, Follow.followed_id == User.id, Follow.follower_id == User.id)
    return [select(func.count()).where(condition).correlate(User).scalar_subquery() for condition in each]
