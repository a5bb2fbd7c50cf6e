"""Reading exports, and what goes into one, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from ..accounts.models import Follow, User
from ..core.database import db
from ..core.errors import NotFound
from ..core.paging import LARGEST_ID
from ..core.time import utc_now
from ..jobs.service import is_live
from ..messages.models import Message
from ..notifications.queries import Notice
from ..posts.models import Post
from ..posts.queries import count_by_author
from .models import DONE, KEPT, Export

MAKE = "exports.make"
CHUNK = 500


def exports_of(user: User) -> list[Export]:
    """Return the exports of this account that have not expired, newest first."""
    current = select(Export).where(Export.user_id == user.id, Export.created_at > utc_now() - KEPT)
    return list(db.session.scalars(current.order_by(Export.id.desc())))


def progress_notices(user: User) -> list[Notice]:
    """How far the newest export of this account is, with upstream's name and fields and whether it went wrong."""
    statement = select(Export).where(Export.user_id == user.id).order_by(Export.id.desc()).limit(1)
    newest = db.session.scalar(statement)
    if newest is None:
        return []
    data = {"task_id": str(newest.id), "progress": newest.progress, "failed": newest.failed}
    return [Notice("task_progress", data, newest.changed_at.timestamp())]


def is_running(user: User) -> bool:
    """Whether one is being made: unfinished, and the worker still has it to do."""
    unfinished = select(Export.id).where(Export.user_id == user.id, Export.progress < DONE)
    return any(is_live(MAKE, export_id) for export_id in db.session.scalars(unfinished))


def get_own(user: User, export_id: int) -> Export:
    """An export of this account that is ready and has not expired; raises NotFound, also for somebody else's."""
    export = db.session.get(Export, export_id) if export_id <= LARGEST_ID else None
    if export is None or export.user_id != user.id or not export.is_ready or _is_expired(export):
        raise NotFound
    return export


def files() -> set[str]:
    """The names of all files that belong to an export."""
    return set(db.session.scalars(select(Export.file).where(Export.file.is_not(None))))


def _is_expired(export: Export) -> bool:
    return export.created_at <= utc_now() - KEPT


def expired_ids() -> list[int]:
    """Return the ids of exports that have expired, finished or not."""
    return list(db.session.scalars(select(Export.id).where(Export.created_at <= utc_now() - KEPT)))


def files_by_id() -> dict[int, str]:
    """Return the file name of every finished export by the export's id."""
    rows = db.session.execute(select(Export.id, Export.file).where(Export.file.is_not(None)))
    return {row.id: row.file for row in rows}


def begun() -> set[str]:
    """The numbers, with which the names of their files begin, of all exports that are not made yet."""
    return {str(number) for number in db.session.scalars(select(Export.id).where(Export.file.is_(None)))}


def how_many_posts(user: User) -> int:
    """For the progress."""
    return count_by_author(user)


def posts_of(user_id: int) -> Iterator[dict[str, str]]:
    """Every post of an account as upstream's export has it, oldest first; no read stays open."""
    statement = select(Post.id, Post.body, Post.created_at).where(Post.author_id == user_id)
    for row in _in_chunks(statement, Post.id):
        yield {"body": row.body, "timestamp": _moment(row.created_at)}


def messages_of(user_id: int) -> Iterator[dict[str, str]]:
    """Every message from and to an account, oldest first; no read stays open."""
    sender, recipient = aliased(User), aliased(User)
    statement = (
        select(Message.id, Message.body, Message.created_at, sender.username, recipient.username)
        .join(sender, Message.sender_id == sender.id)
        .join(recipient, Message.recipient_id == recipient.id)
        .where(or_(Message.sender_id == user_id, Message.recipient_id == user_id))
    )
    for row in _in_chunks(statement, Message.id):
        yield {"from": row[3], "to": row[4], "body": row.body, "timestamp": _moment(row.created_at)}


def names_followed_by(user_id: int) -> Sequence[str]:
    """Whom an account follows."""
    statement = select(User.username).join(Follow, Follow.followed_id == User.id).where(Follow.follower_id == user_id)
    return db.session.scalars(statement.order_by(User.username_key)).all()


def names_following(user_id: int) -> Sequence[str]:
    """Who follows an account."""
    statement = select(User.username).join(Follow, Follow.follower_id == User.id).where(Follow.followed_id == user_id)
    return db.session.scalars(statement.order_by(User.username_key)).all()


def _in_chunks(statement: Any, id_column: Any) -> Iterator[Any]:
    last = 0
    while True:
        rows = db.session.execute(statement.where(id_column > last).order_by(id_column).limit(CHUNK)).all()
        db.session.rollback()
        yield from rows
        if len(rows) < CHUNK:
            return
        last = rows[-1][0]


def _moment(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat() + "Z"
