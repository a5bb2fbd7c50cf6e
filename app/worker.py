"""The worker: does the jobs, looks after all the rest, and is silent when there is nothing to do."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import sys
from contextlib import suppress
from functools import partial
from types import FrameType

from flask import Flask

from . import assemble
from .core.config import Settings
from .core.database import db, transaction
from .core.errors import Busy, StorageFull
from .core.named_lock import LEADER, LastingLock
from .core.state import beat, note_start
from .core.time import utc_now
from .handlers import build_registry, reporter
from .indexed import build_catalogue
from .jobs.loop import Loop
from .jobs.retries import retry_once
from .jobs.runner import Registry, run_pass
from .jobs.service import next_due, release_all
from .jobs.wake import Listener, wake_worker
from .mail.service import SEND
from .search.forms import SEARCH_INDEX
from .search.interface import SearchIndex, SearchUnavailable
from .search.service import REBUILD, UPDATE
from .translating.service import continue_looking_back
from .upkeep import ClockCare, ExportExpiry, IndexCare, Lookout, Night, Room
from .web.context import SETTINGS

# Named, for as a program this module is called __main__, which the log does not know as ours.
logger = logging.getLogger("app.worker")
BEAT_SECONDS = 10.0
# Of the worker: jobs, e-mail, backups and checks.
THREADS = 3
# While a backup is made, whose end somebody may wait for.
BUSY_SECONDS = 1.0
PAUSE_AFTER_TROUBLE = 5.0
# Whoever asks the worker to stop waits 5 seconds before he ends it.
STOP_TIMEOUT = 1.5
ANOTHER_WORKER = 75
# supervisord waits 5 seconds for a stop; where it died, nobody else ends a worker that hangs.
MAX_STOP_SECONDS = 8
# An index has one writer, who so brings changes into it in their order.
OF_THE_LEADER = frozenset({UPDATE, REBUILD})


class Stopped(BaseException):
    """Somebody asked the worker to stop."""


class Worker:
    """Runs due jobs until it is told to stop; everything it has in hand at that moment comes due again."""

    def __init__(self, app: Flask) -> None:
        settings: Settings = app.extensions[SETTINGS]
        index: SearchIndex = app.extensions[SEARCH_INDEX]
        self._run_dir = settings.run_dir
        self._stopping = False
        catalogue = build_catalogue()
        self._index_care = IndexCare(index, catalogue, self._run_dir)
        self._shared = settings.database is not None
        self._leading = LastingLock(settings.database, LEADER) if settings.database else None
        self._clock_care = ClockCare(shared=self._shared)
        self._night = Night(settings)
        self._room = Room(settings.data_dir)
        self._lookout = Lookout(settings)
        self._export_expiry = ExportExpiry(settings.exports_dir)
        catalogue.check, catalogue.watch = self._interrupt_if_stopping, self._index_care.during_rebuild
        report = reporter(app)
        self._registry = build_registry(index, catalogue, settings, report)
        self._mail_registry = self._registry.restricted_to(SEND)
        # Each in a thread of its own: a slow mail server delays e-mail alone, and no job delays a backup or a check.
        self._mail = Loop("e-mail", app.app_context, self._send_mail, report)
        self._care = Loop("backups and checks", app.app_context, self._take_care, report)
        self._listener = Listener(self._run_dir)

    def run(self) -> None:
        """Work until somebody calls `stop`."""
        if self._leading:
            self._leading.start()
        with suppress(Stopped):
            with transaction() as session:
                release_all(session, shared=self._shared)
                if note_start(self._run_dir):
                    retry_once(session)
                continue_looking_back()
            _open_connections(THREADS)
            self._mail.start()
            self._care.start()
            while not self._stopping:
                beat(self._run_dir)
                self._listener.wait(self.work_once())
                self._mail.wake()
                self._care.wake()
        for loop in (self._mail, self._care):
            loop.stop(STOP_TIMEOUT)
        self._night.stop()
        if self._leading:
            self._leading.stop()
        logger.info("worker stopped")

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Stop soon. For a signal, which may come in the middle of a finaliser, where what is raised is lost."""
        self._stopping = True
        wake_worker()

    def _interrupt_if_stopping(self) -> None:
        if self._stopping:
            raise Stopped

    def work_once(self) -> float:
        """Do all that is due; return how many seconds may pass until the next look."""
        try:
            self._clock_care.look()
            leads = self._leading is None or self._leading.is_held
            left_out = frozenset() if leads else OF_THE_LEADER
            self._registry.left_out = left_out | ({SEND} if self._mail.is_running else frozenset())
            run_pass(self._registry, self._proceed)
            if leads:
                self._index_care.look()
            self._export_expiry.look()
            longest = BEAT_SECONDS if self._care.is_running else self._take_care()
            return self._seconds_to_next(self._registry, longest)
        except (Busy, StorageFull, SearchUnavailable) as error:
            # It passes: a full disk, a lock. Dying of it would bring the appliance down, reading and all.
            logger.warning("%s: %s", type(error).__name__, error)
            return PAUSE_AFTER_TROUBLE
        finally:
            db.session.rollback()

    def _proceed(self) -> bool:
        beat(self._run_dir)
        return not self._stopping

    def _send_mail(self) -> float:
        run_pass(self._mail_registry, self._mail.should_proceed)
        return self._seconds_to_next(self._mail_registry, BEAT_SECONDS)

    def _take_care(self) -> float:
        """See to backups, the room on the disk and the checks; return after how many seconds to do so again."""
        self._night.look()
        self._room.look()
        self._lookout.look()
        return BUSY_SECONDS if self._night.is_busy else BEAT_SECONDS

    def _seconds_to_next(self, registry: Registry, longest: float) -> float:
        due = next_due(db.session(), registry.left_out, registry.only)
        if due is None:
            return longest
        return min(longest, max(0.0, (due - utc_now()).total_seconds()))


def _open_connections(count: int) -> None:
    """Fill the pool of connections; SQLite writes when one is opened, which an idle appliance must not do later."""
    connections = [db.engine.connect() for _ in range(count)]
    for connection in connections:
        connection.close()


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
            signal.signal(number, partial(_stop, worker))
        worker.run()


def _stop(worker: Worker, number: int, frame: FrameType | None) -> None:
    """Stop the worker; the kernel ends it by SIGALRM if that takes too long."""
    signal.alarm(MAX_STOP_SECONDS)
    worker.stop(number, frame)


if __name__ == "__main__":
    main()
