"""Reading translations, and posts whose language is to be found out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, select

from ..core.database import db
from ..core.models import Fact
from ..posts.models import Post
from ..posts.queries import LOOKED_BACK_TO
from .models import Translation


@dataclass(frozen=True)
class Translated:
    """A post's text in the language `target`, who made it, and the language that it was made from."""

    text: str
    source: str
    target: str
    translator: str


def find_translation(post: Post, target: str) -> Translated | None:
    """The translation of a post that is kept, if there is one."""
    kept = db.session.get(Translation, (post.id, target))
    return Translated(kept.text, post.language or "", target, kept.translator) if kept else None


def without_language(ids: Sequence[int]) -> Sequence[Row[int, str]]:
    """Of these posts those whose language nobody has looked for yet: id and text."""
    return db.session.execute(select(Post.id, Post.body).where(Post.id.in_(ids), Post.language.is_(None))).all()


def posts_before(post_id: int, most: int) -> Sequence[Row[int, str, str | None]]:
    """The newest posts that are older than this one: id, text and language."""
    statement = select(Post.id, Post.body, Post.language).where(Post.id < post_id).order_by(Post.id.desc()).limit(most)
    return db.session.execute(statement).all()


def looked_back_to() -> int | None:
    """See LOOKED_BACK_TO; None until the first worker of a version that detects languages has started."""
    fact = db.session.get(Fact, LOOKED_BACK_TO)
    return int(fact.value) if fact else None
