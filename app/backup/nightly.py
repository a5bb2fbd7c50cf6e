"""The backup of every night, and one that was asked for: made in a process of its own, so that other work goes on."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day

from ..core.config import PROJECT_ROOT, Settings
from ..core.schema import INITIALISED
from ..core.time import local_moment, utc_now
from ..core.version import VERSION
from .making import Sources, is_unchanged
from .progress import forget_request, is_asked, is_awaited
from .store import Store

# Named as the worker's, whose log it goes to.
logger = logging.getLogger("app.worker")
COMMAND = [sys.executable, "-m", "flask", "--app", "app", "backup", "now", "--gently"]
# A backup shortly before the hour, by `./backup.sh`, is as good as ours.
AS_GOOD = timedelta(hours=3)
# After a start there is other work first, and a worker that crashes again and again should not make backups.
SECONDS_AFTER_START = 300.0
FIRST_PAUSE, LONGEST_PAUSE = 600.0, 4 * 3600.0
LONGEST_RUN = 3 * 3600.0
# A drill is held, or another backup made: what was asked for is made after it.
OCCUPIED, OCCUPIED_PAUSE = 75, 30.0


class Nightly:
    """Call `look` now and then; it begins a backup when one is due, also one that was missed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store = Store(settings.data_dir)
        self._process: subprocess.Popen[str] | None = None
        self._asked = False
        self._began = 0.0
        self._not_before = time.monotonic() + SECONDS_AFTER_START
        self._asked_not_before = 0.0
        self._pause = FIRST_PAUSE
        self._settled: datetime | None = None
        self._told: datetime | None = None

    def look(self) -> str | None:
        """Begin what is due or asked for, and see to what was begun; a text once a night if that failed, for people
        to be told."""
        if self._process is not None:
            return self._see_to(self._process)
        if is_asked(self._settings.run_dir) and time.monotonic() >= self._asked_not_before:
            self._begin(asked=True)
        elif (slot := self._slot()) and slot != self._settled and time.monotonic() >= self._not_before:
            if self._is_covered(slot):
                self._settled = slot
            else:
                self._begin()
        return None

    @property
    def is_making(self) -> bool:
        """Whether one that this began has not been seen to its end."""
        return self._process is not None

    def _slot(self) -> datetime | None:
        """When the newest nightly one was due, None if there are to be none."""
        at = self._settings.backup_at
        return None if at is None else last_slot(utc_now(), at, self._settings.time_zone)

    def stop(self) -> None:
        """End a backup that is being made; the next worker begins it anew."""
        if self._process is not None:
            self._process.terminate()
            self._process.communicate()
            self._process = None

    def _is_covered(self, slot: datetime) -> bool:
        backups, now = self._store.backups(), utc_now()
        if not backups:
            return _is_newer(self._settings, slot)
        # One from the future, made while the clock was wrong, covers nothing.
        if any(slot - AS_GOOD <= backup.created <= now for backup in backups):
            return True
        return is_unchanged(self._store, Sources(self._settings.data_dir, VERSION, self._settings.secret_key))

    def _begin(self, *, asked: bool = False) -> None:
        self._asked = asked
        logger.info("%s begins", self._name)
        self._began = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603  our own command
            COMMAND,
            cwd=PROJECT_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def _name(self) -> str:
        return "the backup that was asked for" if self._asked else "the nightly backup"

    def _see_to(self, process: subprocess.Popen[str]) -> str | None:
        if process.poll() is None:
            if time.monotonic() - self._began > LONGEST_RUN:
                process.kill()
            return None
        self._process = None
        said = process.communicate()[0].strip()
        if self._asked and process.returncode == OCCUPIED and is_awaited(self._settings.run_dir, self._store):
            self._asked_not_before = time.monotonic() + OCCUPIED_PAUSE
            return None
        if self._asked:
            forget_request(self._settings.run_dir)
        if process.returncode == 0:
            logger.info("%s: %s", self._name, said.rpartition("\n")[2])
            self._settled, self._pause = self._slot(), FIRST_PAUSE
            return None
        return self._failed(process.returncode, said)

    def _failed(self, status: int, said: str) -> str | None:
        """Try again after a pause that doubles each time; people are told once a night.

        Of one that was asked for the page tells whoever asked.
        """
        logger.error("%s failed (status %d): %s", self._name, status, said)
        if self._asked:
            return None
        self._not_before = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        slot = self._slot()
        if status == OCCUPIED or slot == self._told:
            return None
        self._told = slot
        return said or f"it ended with status {status}"


def last_slot(now: datetime, at: time_of_day, zone: str) -> datetime:
    """The latest moment, not after `now`, at which that time of the day was shown by the clocks of a time zone."""
    today = local_moment(now, zone).date()
    slot = local_moment(datetime.combine(today, at), zone).astimezone(UTC)
    if slot > now:
        slot = local_moment(datetime.combine(today - timedelta(days=1), at), zone).astimezone(UTC)
    return slot


def next_slot(now: datetime, at: time_of_day, zone: str) -> datetime:
    """The first moment after `now` at which that time of the day is shown by the clocks of a time zone."""
    # Past the end of a day of any length, and not yet at that of the next one.
    return last_slot(last_slot(now, at, zone) + timedelta(hours=26), at, zone)


def _is_newer(settings: Settings, slot: datetime) -> bool:
    """Whether the appliance was first started after that moment, so that nothing was missed."""
    marker = settings.data_dir / INITIALISED
    return not marker.exists() or marker.stat().st_mtime > slot.timestamp()
