"""The worker: does the jobs, keeps the search index, and is silent when there is nothing to do."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import sys
import time
from contextlib import suppress
from functools import partial
from types import FrameType

from flask import Flask

from . import assemble
from .core.config import Settings
from .core.database import db, transaction
from .core.errors import Busy, StorageFull
from .core.state import beat
from .core.time import utc_now
from .exports.service import MAKE
from .exports.tasks import make_export
from .indexed import build_catalogue
from .jobs.runner import Registry, run_due
from .jobs.service import any_failed, next_due, oldest_waiting, release_all, retry_failed, written_after
from .jobs.wake import Listener, wake_worker
from .mail.mailer import Mailer
from .mail.service import SEND
from .mail.tasks import send_mail
from .recovery.service import SEND_LINK
from .recovery.tasks import send_link
from .search.forms import SEARCH_INDEX
from .search.interface import SearchIndex, SearchUnavailable
from .search.progress import end_progress, write_progress
from .search.service import REBUILD, UPDATE, Catalogue
from .search.tasks import follow, heal, rebuild_index, reconcile, update_index
from .web.context import SETTINGS

# Named, for as a program this module is called __main__, which the log does not know as ours.
logger = logging.getLogger("app.worker")
BEAT_SECONDS = 10.0
PAUSE_AFTER_TROUBLE = 5.0
HEAL_SECONDS = 60.0
ANOTHER_WORKER = 75


class Stopped(BaseException):
    """Somebody asked the worker to stop."""


def build_registry(index: SearchIndex, catalogue: Catalogue, settings: Settings) -> Registry:
    """Which handler does which job."""
    registry = Registry()
    mailer = Mailer(settings.mail) if settings.mail else None
    registry.register(SEND, partial(send_mail, mailer), batch=1)
    exports = partial(make_export, settings.data_dir / "exports", mailer is not None)
    registry.register(MAKE, exports, batch=1)
    registry.register(SEND_LINK, partial(send_link, settings.secret_key), batch=1)
    registry.register(UPDATE, partial(update_index, index, catalogue))
    registry.register(REBUILD, partial(rebuild_index, index, catalogue))
    return registry


class Worker:
    """Runs due jobs until it is told to stop; everything it has in hand at that moment comes due again."""

    def __init__(self, app: Flask) -> None:
        settings: Settings = app.extensions[SETTINGS]
        self._run_dir = settings.run_dir
        self._index: SearchIndex = app.extensions[SEARCH_INDEX]
        self._stopping = False
        self._catalogue = build_catalogue()
        self._catalogue.check, self._catalogue.watch = self._interrupt_if_stopping, self._during_rebuild
        self._registry = build_registry(self._index, self._catalogue, settings)
        self._listener = Listener(self._run_dir)
        self._healed: float | None = None
        self._followed = 0
        end_progress(self._run_dir)

    def run(self) -> None:
        """Work until somebody calls `stop`."""
        with suppress(Stopped):
            with transaction() as session:
                release_all(session)
            while not self._stopping:
                beat(self._run_dir)
                self._listener.wait(self.work_once())
        logger.info("worker stopped")

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Stop soon. For a signal, which may come in the middle of a finaliser, where what is raised is lost."""
        self._stopping = True
        wake_worker()

    def _interrupt_if_stopping(self) -> None:
        if self._stopping:
            raise Stopped

    def _during_rebuild(self, done: int, total: int) -> None:
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

    def work_once(self) -> float:
        """Do all that is due; return how many seconds may pass until the next look."""
        try:
            while not self._stopping and run_due(self._registry):
                beat(self._run_dir)
            self._heal()
            return self._seconds_to_next()
        except (Busy, StorageFull, SearchUnavailable) as error:
            # It passes: a full disk, a lock. Dying of it would bring the appliance down, reading and all.
            logger.warning("%s: %s", type(error).__name__, error)
            return PAUSE_AFTER_TROUBLE
        finally:
            db.session.rollback()

    def _heal(self) -> None:
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

    def _seconds_to_next(self) -> float:
        due = next_due(db.session())
        if due is None:
            return BEAT_SECONDS
        return min(BEAT_SECONDS, max(0.0, (due - utc_now()).total_seconds()))


def main() -> None:
    """Start a worker for the settings in the environment; the only one, or exit with ANOTHER_WORKER."""
    app = assemble()
    run_dir = app.extensions[SETTINGS].run_dir
    run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(run_dir / "worker.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        logger.error("another worker runs already")
        sys.exit(ANOTHER_WORKER)
    with app.app_context():
        worker = Worker(app)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, worker.stop)
        worker.run()


if __name__ == "__main__":
    main()
