"""What the worker looks after beside the jobs: the search index, the nightly backup, how everything stands."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from .backup.nightly import Nightly
from .core.config import Settings
from .core.database import db, transaction
from .core.room import keep_ballast
from .core.state import beat
from .exports.tasks import expire_exports
from .health.examination import report
from .health.watch import Watch
from .jobs.service import any_failed, oldest_waiting, release_all, retry_failed, written_after
from .mail.reports import failure_letters, trouble_letters
from .mail.service import send_later
from .search.interface import SearchIndex
from .search.progress import end_progress, write_progress
from .search.service import UPDATE, Catalogue
from .search.tasks import follow, heal, reconcile

# Named as the worker's, whose log it goes to.
logger = logging.getLogger("app.worker")
HEAL_SECONDS = 60.0
ROOM_SECONDS = 60.0
EXPIRY_INTERVAL = 3600.0
# Network time moves clocks by less, all the time.
PUT_BACK_SECONDS = 2.0


class IndexCare:
    """Mends the search index, and lets the old one follow while a new one is made."""

    def __init__(self, index: SearchIndex, catalogue: Catalogue, run_dir: Path) -> None:
        self._index, self._catalogue, self._run_dir = index, catalogue, run_dir
        self._healed: float | None = None
        self._followed = 0
        end_progress(run_dir)

    def during_rebuild(self, done: int, total: int) -> None:
        """Show that we live and how far it is, and let the old index, which still answers, follow what is written.

        The jobs stay: the new index needs them once it has taken over, for it may have read the rows before.
        """
        beat(self._run_dir)
        if done == total:
            end_progress(self._run_dir)
            self._followed = 0
            return
        write_progress(self._run_dir, done, total)
        if written := written_after(db.session(), UPDATE, self._followed):
            self._followed = written[-1][0]
            follow(self._index, self._catalogue, [payload for _, payload in written])
        db.session.rollback()

    def look(self) -> None:
        """Mend the index every minute; compare it with the database once, when the worker starts."""
        if self._healed is None:
            heal(self._index, self._catalogue)
            reconcile(self._index, self._catalogue, lambda: oldest_waiting(db.session(), UPDATE) is None)
        elif time.monotonic() - self._healed < HEAL_SECONDS:
            return
        else:
            heal(self._index, self._catalogue)
        self._healed = time.monotonic()
        # The engine answers: what it missed while it was away must not wait, or be lost.
        if any_failed(db.session(), UPDATE):
            with transaction() as session:
                retry_failed(session, UPDATE)


class ClockCare:
    """Notices that the clock was put back, and lets no job wait until it is as late again as it seemed to be."""

    def __init__(self, *, shared: bool = False) -> None:
        self._ahead, self._shared = _wall_clock_ahead(), shared

    def look(self) -> None:
        """Compare the clock with the steady one; both are cheap to ask."""
        before, self._ahead = self._ahead, _wall_clock_ahead()
        if self._ahead < before - PUT_BACK_SECONDS:
            logger.warning("the clock was put back by %d seconds; jobs that wait are done now", before - self._ahead)
            with transaction() as session:
                release_all(session, shared=self._shared)


def _wall_clock_ahead() -> float:
    """How far the clock is ahead of the one that only ever goes on."""
    return time.time() - time.monotonic()


class Room:
    """Sets room on the disk aside again once there is plenty."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._looked: float | None = None

    def look(self) -> None:
        """Look every minute."""
        if self._looked is None or time.monotonic() - self._looked >= ROOM_SECONDS:
            self._looked = time.monotonic()
            keep_ballast(self._data_dir)


class ExportExpiry:
    """Deletes expired exports every hour."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._checked: float | None = None

    def look(self) -> None:
        """Delete what has expired if an hour has passed, and when the worker starts."""
        if self._checked is None or time.monotonic() - self._checked >= EXPIRY_INTERVAL:
            self._checked = time.monotonic()
            expire_exports(self._folder)


class Night:
    """Has the nightly backup made, and ADMINS told if it fails."""

    def __init__(self, settings: Settings) -> None:
        self._nightly = Nightly(settings)
        self._admins = settings.mail.admins if settings.mail else ()

    def look(self) -> None:
        """Begin what is due, and see to what was begun."""
        if failure := self._nightly.look():
            with transaction():
                for letter in failure_letters(failure, self._admins):
                    send_later(letter)

    @property
    def is_busy(self) -> bool:
        """Whether a backup is being made, to be looked at again soon."""
        return self._nightly.is_making

    def stop(self) -> None:
        """End a backup that is being made."""
        self._nightly.stop()


class Lookout:
    """Looks at everything every few minutes, and has ADMINS told of what fails."""

    def __init__(self, settings: Settings) -> None:
        self._watch = Watch(settings.run_dir)
        self._admins = settings.mail.admins if settings.mail else ()

    def look(self) -> None:
        """Look if it is time."""
        if failing := self._watch.look():
            with transaction():
                for letter in trouble_letters(report(failing)[:-1], self._admins):
                    send_later(letter)
