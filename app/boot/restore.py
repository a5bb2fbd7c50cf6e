"""Puts a backup in the place of the data: proved, in place, brought up to date, or undone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from ..backup.restoring import Restore, decide, prepare
from ..backup.snapshot import BackupError
from ..backup.store import Store
from ..core.config import DATABASE_FILE
from .refusal import Reason, Refusal
from .schema import bring_up_to_date


def restore_backup(store: Store, data_dir: Path, archive: Path, lock: Callable[[], object]) -> str:
    """Restore a backup, after one that is pending, and tell about it; raises BackupError, or Refusal if it was undone.

    `lock` makes sure that nobody has the data open. It is called as late as possible, once.
    """
    with store.workspace(data_dir) as work:
        pending = Restore(data_dir)
        if pending.is_pending:
            same = pending.journal.archive == archive.name
            lock()
            told = complete_restore(data_dir)
            if same and told:
                return told
            manifest = prepare(archive, work)
        else:
            manifest = prepare(archive, work)
            lock()
        decide(archive.name, manifest, work, data_dir)
        return complete_restore(data_dir) or ""


def complete_restore(data_dir: Path) -> str | None:
    """Finish a restore, if one is pending, and tell about it; raises Refusal when the data is again as it was before.

    The caller holds the appliance's lock. Interrupted, it is to be called again.
    """
    restore = Restore(data_dir)
    if not restore.is_pending:
        return None
    try:
        restore.forward()
        _migrate(restore, data_dir)
        return restore.finish()
    except (BackupError, OSError) as error:
        raise Refusal(
            Reason.RESTORE, str(error), "Start it again to go on; if that does not help, look at the disk"
        ) from error


def _migrate(restore: Restore, data_dir: Path) -> None:
    try:
        bring_up_to_date(data_dir / DATABASE_FILE)
    except Refusal as refusal:
        print(f"microblog: {refusal}", file=sys.stderr)
        restore.undo("it could not be brought up to date")
