"""Jobs of exports."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import Any

from ..accounts.models import User
from ..core.database import db, transaction
from ..core.errors import Busy, StorageFull
from ..mail.service import send_later
from . import queries, service
from .archive import Archive, size_of
from .emails import ready_letter
from .models import Export

PATH = "/exports"
POSTS = "posts.json"
# Bytes of posts that a letter carries; mail servers refuse larger ones.
MOST_ENCLOSED = 5 * 1024 * 1024
# Progress is written at most every so many posts: each note is a write to the card.
NOTED_EVERY = 2000


def make_export(folder: Path, mails: bool, payloads: Sequence[dict[str, Any]]) -> None:
    """Make the file of an export, unless it is there or nobody wants it any more; begun anew if it was interrupted."""
    for payload in payloads:
        export = db.session.get(Export, payload["id"])
        if export is None or export.is_ready:
            continue
        try:
            path = _make(folder, export.id, export.user_id)
            _tell(path, export.id, export.user_id, payload if mails else None)
        except Exception:
            db.session.rollback()
            with contextlib.suppress(Busy, StorageFull), transaction():
                service.note_failure(payload["id"])
            raise
        remove_strays(folder)


def _make(folder: Path, export_id: int, user_id: int) -> Path:
    user = db.session.get_one(User, user_id)
    total = queries.how_many_posts(user)
    about = {"username": user.username, "email": user.email, "about_me": user.about_me,
             "member_since": user.created_at.isoformat()}  # fmt: skip
    path = folder / f"{export_id}-{token_hex(8)}.zip"
    with Archive(path) as archive:
        archive.add("profile.json", about)
        archive.add("following.json", list(queries.names_followed_by(user_id)))
        archive.add("followers.json", list(queries.names_following(user_id)))
        archive.add_list(POSTS, "posts", _noted(queries.posts_of(user_id), export_id, total))
        archive.add_list("messages.json", "messages", queries.messages_of(user_id))
    return path


def _tell(path: Path, export_id: int, user_id: int, payload: dict[str, Any] | None) -> None:
    """Note that the file is there and, where letters are sent, write one, with the posts unless they are huge."""
    enclosed = str(path) if size_of(path, POSTS) <= MOST_ENCLOSED else ""
    with transaction():
        wanted = service.note_ready(export_id, path.name)
        if wanted and payload:
            user = db.session.get_one(User, user_id)
            letter = ready_letter(user, payload["address"] + PATH, payload.get("language"))
            send_later(replace(letter, archive=enclosed, enclosed=POSTS if enclosed else ""))


def _noted(items: Iterable[dict[str, str]], export_id: int, total: int) -> Iterator[dict[str, str]]:
    for number, item in enumerate(items):
        if number % NOTED_EVERY == 0:
            with transaction():
                service.note_progress(export_id, number, total)
        yield item


def expire_exports(folder: Path) -> None:
    """Delete expired exports, rows whose file is missing, then files without a row.

    Rows go first: if the process is killed in between, the next call finds the files without a row.
    """
    gone = set(queries.expired_ids())
    gone.update(number for number, name in queries.files_by_id().items() if not (folder / name).exists())
    db.session.rollback()
    if gone:
        with transaction():
            service.forget(gone)
    remove_strays(folder)


def remove_strays(folder: Path) -> None:
    """Files whose export was forgotten, or that were begun by a worker that is gone."""
    # There is no folder until somebody has asked for an export.
    paths = list(folder.iterdir()) if folder.exists() else []
    # In this order, for another machine that has the same folder may be making one, and be done with it between.
    begun, known = queries.begun(), queries.files()
    for path in paths:
        if path.name not in known and path.name.partition("-")[0] not in begun:
            path.unlink(missing_ok=True)
