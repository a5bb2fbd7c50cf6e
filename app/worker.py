"""The worker: does the jobs, keeps the search index, and is silent when there is nothing to do."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Any

from flask import Flask

from . import assemble
from .administration.service import DELETE, TELL_APPROVED
from .administration.tasks import delete_account, tell_approved
from .backup.nightly import Nightly
from .core.config import Settings
from .core.database import db, transaction
from .core.errors import Busy, StorageFull
from .core.state import beat
from .core.time import utc_now
from .exports.service import MAKE
from .exports.tasks import make_export
from .indexed import build_catalogue
from .jobs.runner import Registry, Report, run_due
from .jobs.service import any_failed, next_due, oldest_waiting, release_all, retry_failed, written_after
from .jobs.wake import Listener, wake_worker
from .mail.mailer import Mailer, MailFailed
from .mail.reports import failure_letters
from .mail.service import SEND, send_later
from .mail.tasks import send_mail
from .recovery.service import SEND_LINK
from .recovery.tasks import send_link
from .search.forms import SEARCH_INDEX
from .search.interface import SearchIndex, SearchUnavailable
from .search.progress import end_progress, write_progress
from .search.service import REBUILD, UPDATE, Catalogue
from .search.tasks import follow, heal, rebuild_index, reconcile, update_index
from .translating.service import LOOK_BACK, follow_settings
from .translating.tasks import detect_languages, look_back
from .translators.detector import Detector
from .web.context import SETTINGS
from .web.errors import REPORT

# Named, for as a program this module is called __main__, which the log does not know as ours.
logger = logging.getLogger("app.worker")
BEAT_SECONDS = 10.0
PAUSE_AFTER_TROUBLE = 5.0
HEAL_SECONDS = 60.0
ANOTHER_WORKER = 75
# A lock, a full disk, a server that is away: the job comes due again, and nobody need hear of it.
PASSING = (Busy, StorageFull, SearchUnavailable, MailFailed)


class Stopped(BaseException):
    """Somebody asked the worker to stop."""


def reporter(app: Flask) -> Report:
    """Tells whoever wants to know of errors in jobs that nobody foresaw."""

    def tell(error: Exception, where: str) -> None:
        report = app.extensions.get(REPORT)
        if report and not isinstance(error, PASSING):
            report(error, where)

    return tell


def build_registry(
    index: SearchIndex, catalogue: Catalogue, settings: Settings, report: Report = lambda _error, _where: None
) -> Registry:
    """Which handler does which job."""
    registry = Registry(report)
    mailer = Mailer(settings.mail) if settings.mail else None
    registry.register(SEND, partial(send_mail, mailer), batch=1)
    exports = settings.data_dir / "exports"
    registry.register(MAKE, partial(make_export, exports, mailer is not None), batch=1)
    registry.register(DELETE, partial(delete_account, exports), batch=1)
    registry.register(TELL_APPROVED, tell_approved, batch=1)
    registry.register(SEND_LINK, partial(send_link, settings.secret_key), batch=1)
    detector = Detector(settings.translator.post_languages) if settings.translator else None
    registry.register(LOOK_BACK, partial(look_back, detector))
    registry.register(UPDATE, partial(follow_change, detector, index, catalogue))
    registry.register(REBUILD, partial(rebuild_index, index, catalogue))
    return registry


def follow_change(
    detector: Detector | None, index: SearchIndex, catalogue: Catalogue, payloads: Sequence[dict[str, Any]]
) -> None:
    """What follows a row that changed: its language, its place in the index. One job, so that a post writes one row."""
    if detector is not None:
        detect_languages(detector, payloads)
    update_index(index, catalogue, payloads)


class Worker:
    """Runs due jobs until it is told to stop; everything it has in hand at that moment comes due again."""

    def __init__(self, app: Flask) -> None:
        settings: Settings = app.extensions[SETTINGS]
        self._detecting = settings.translator is not None
        self._run_dir = settings.run_dir
        self._index: SearchIndex = app.extensions[SEARCH_INDEX]
        self._stopping = False
        self._nightly = Nightly(settings)
        self._admins = settings.mail.admins if settings.mail else ()
        self._catalogue = build_catalogue()
        self._catalogue.check, self._catalogue.watch = self._interrupt_if_stopping, self._during_rebuild
        self._registry = build_registry(self._index, self._catalogue, settings, reporter(app))
        self._listener = Listener(self._run_dir)
        self._healed: float | None = None
        self._followed = 0
        end_progress(self._run_dir)

    def run(self) -> None:
        """Work until somebody calls `stop`."""
        with suppress(Stopped):
            with transaction() as session:
                release_all(session)
                follow_settings(detecting=self._detecting)
            while not self._stopping:
                beat(self._run_dir)
                self._listener.wait(self.work_once())
        self._nightly.stop()
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
            self._look_after_backup()
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

    def _look_after_backup(self) -> None:
        if failure := self._nightly.look():
            with transaction():
                for letter in failure_letters(failure, self._admins):
                    send_later(letter)

    def _seconds_to_next(self) -> float:
        due = next_due(db.session())
        if due is None:
            return BEAT_SECONDS
        return min(BEAT_SECONDS, max(0.0, (due - utc_now()).total_seconds()))


def main(app: Flask | None = None) -> None:
    """Start a worker (default: of the settings in the environment); the only one, or exit with ANOTHER_WORKER."""
    app = app or assemble()
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
