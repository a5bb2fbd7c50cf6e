"""The rules of exports."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select

from ..accounts.models import User
from ..core.database import db
from ..core.room import require_room
from ..core.time import utc_now
from ..jobs.service import enqueue
from .models import DONE, KEPT, Export
from .queries import MAKE, is_running

MOST_KEPT = 3


def request_export(user: User, address: str, language: str) -> bool:
    """Have the worker make an export; False if one is being made. Raises StorageFull.

    The letter names the site's `address`, and is in `language` if the user has not chosen one.
    """
    if is_running(user):
        return False
    require_room()
    _forget_old(user)
    export = Export(user_id=user.id)
    db.session.add(export)
    db.session.flush()
    enqueue(MAKE, {"id": export.id, "address": address, "language": language})
    return True


def _forget_old(user: User) -> None:
    """Their files go with the next export that the worker makes. Unfinished ones are those that were given up."""
    own = Export.user_id == user.id
    db.session.execute(delete(Export).where(own, Export.progress < DONE))
    db.session.execute(delete(Export).where(own, Export.created_at < utc_now() - KEPT))
    kept = select(Export.id).where(own).order_by(Export.id.desc()).limit(MOST_KEPT - 1)
    db.session.execute(delete(Export).where(own, Export.id.not_in(list(db.session.scalars(kept)))))


def forget(export_ids: Collection[int]) -> None:
    """Delete these exports' rows; `remove_strays` deletes their files afterwards."""
    db.session.execute(delete(Export).where(Export.id.in_(export_ids)))


def note_progress(export_id: int, done: int, total: int) -> None:
    """Note how far it is; below DONE, which means that the file is there."""
    export = db.session.get(Export, export_id)
    if export is not None:
        export.progress, export.failed = min(DONE - 1, done * DONE // max(total, 1)), False


def note_failure(export_id: int) -> None:
    """Note that it went wrong."""
    export = db.session.get(Export, export_id)
    if export is not None:
        export.failed = True


def note_ready(export_id: int, file: str) -> bool:
    """The file is whole; False if nobody wants it any more."""
    export = db.session.get(Export, export_id)
    if export is not None:
        export.progress, export.failed, export.file = DONE, False, file
    return export is not None
