"""The rules of languages and translations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import func, select, update

from ..core.database import db
from ..core.models import Fact
from ..jobs.service import enqueue, oldest_waiting
from ..posts.models import Post
from ..posts.queries import LOOKED_BACK_TO
from ..search.service import request_rebuild
from .models import Translation
from .queries import looked_back_to

LOOK_BACK = "translating.look_back"


def record_languages(found: Mapping[int, str]) -> None:
    """Note the languages of posts by their ids; posts that are gone by now are no matter."""
    posts: dict[str, list[int]] = defaultdict(list)
    for post_id, language in found.items():
        posts[language].append(post_id)
    for language, ids in posts.items():
        statement = update(Post).where(Post.id.in_(ids)).values(language=language)
        db.session.execute(statement.execution_options(synchronize_session=False))


def keep_translation(post_id: int, target: str, text: str, translator: str) -> None:
    """Keep a translation, unless one is kept already or the post is gone."""
    if db.session.get(Post, post_id) and not db.session.get(Translation, (post_id, target)):
        db.session.add(Translation(post_id=post_id, language=target, text=text, translator=translator))


def continue_looking_back() -> None:
    """Go on with the posts that were written before languages were detected; called when the worker starts."""
    if looked_back_to() is None:
        _begin_with_the_newest()
    if looked_back_to() and oldest_waiting(db.session(), LOOK_BACK) is None:
        enqueue(LOOK_BACK, {})


def look_back_anew() -> None:
    """Have all posts looked through, for many have come at once."""
    _begin_with_the_newest()
    enqueue(LOOK_BACK, {})


def _begin_with_the_newest() -> None:
    note_looked_back_to((db.session.scalar(select(func.max(Post.id))) or -1) + 1)


def note_looked_back_to(post_id: int) -> None:
    """Note how far it is."""
    db.session.merge(Fact(name=LOOKED_BACK_TO, value=str(post_id)))


def go_on_looking_back(post_id: int) -> None:
    """Note how far it is, and have the next ones looked at; after the last, the index made anew, for lang: in it."""
    note_looked_back_to(post_id)
    if post_id:
        enqueue(LOOK_BACK, {})
    else:
        request_rebuild()
