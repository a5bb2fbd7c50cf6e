"""Jobs of exports."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from secrets import token_hex
from typing import Any

from ..accounts.models import User
from ..core.database import db, transaction
from ..core.errors import Busy, StorageFull
from ..mail.service import send_later
from . import queries, service
from .archive import Archive
from .emails import ready_letter
from .models import Export

PATH = "/exports"
# Progress is written at most every so many posts: each note is a write to the card.
NOTED_EVERY = 2000


def make_export(folder: Path, mails: bool, payloads: Sequence[dict[str, Any]]) -> None:
    """Make the file of an export, unless it is there or nobody wants it any more; begun anew if it was interrupted."""
    for payload in payloads:
        export = db.session.get(Export, payload["id"])
        if export is None or export.is_ready:
            continue
        try:
            _make(folder, export.id, export.user_id, payload["address"] if mails else "")
        except Exception:
            db.session.rollback()
            with contextlib.suppress(Busy, StorageFull), transaction():
                service.note_failure(payload["id"])
            raise


def _make(folder: Path, export_id: int, user_id: int, address: str) -> None:
    user = db.session.get_one(User, user_id)
    total = queries.how_many_posts(user)
    about = {"username": user.username, "email": user.email, "about_me": user.about_me,
             "member_since": user.created_at.isoformat()}  # fmt: skip
    name = f"{export_id}-{token_hex(8)}.zip"
    with Archive(folder / name) as archive:
        archive.add("profile.json", about)
        archive.add("following.json", list(queries.names_followed_by(user_id)))
        archive.add("followers.json", list(queries.names_following(user_id)))
        archive.add_list("posts.json", "posts", _noted(queries.posts_of(user_id), export_id, total))
        archive.add_list("messages.json", "messages", queries.messages_of(user_id))
    with transaction():
        wanted = service.note_ready(export_id, name)
        if wanted and address:
            send_later(ready_letter(db.session.get_one(User, user_id), address + PATH))
    _remove_strays(folder)


def _noted(items: Iterable[dict[str, str]], export_id: int, total: int) -> Iterator[dict[str, str]]:
    for number, item in enumerate(items):
        if number % NOTED_EVERY == 0:
            with transaction():
                service.note_progress(export_id, number, total)
        yield item


def _remove_strays(folder: Path) -> None:
    """Files whose export was forgotten, or that were begun by a worker that is gone."""
    known = queries.files()
    for path in folder.iterdir():
        if path.name not in known:
            path.unlink(missing_ok=True)
