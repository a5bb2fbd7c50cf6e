"""The worker makes a backup every night, catches up on a missed one, and tells when it cannot."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

import pytest
from flask import Flask
from postbox import Postbox
from processes import eventually

from app.backup import nightly
from app.backup.making import Sources, make_backup
from app.backup.manifest import file_name
from app.backup.nightly import AS_GOOD, OCCUPIED, OCCUPIED_PAUSE, SECONDS_AFTER_START, Nightly, last_slot
from app.backup.progress import ask_for_backup, is_asked
from app.backup.store import Store
from app.core.backup_settings import backup_at
from app.core.config import Settings
from app.core.environment import SettingsError, Source
from app.core.schema import INITIALISED
from app.worker import Worker

NIGHT = datetime(2026, 11, 25, 3, 30, tzinfo=UTC)
SAYS = "import sys; print('something first'); print({text!r}); sys.exit({status})"

pytestmark = pytest.mark.sqlite("a server has a tool of its own for backups")


class Clock:
    """The time of the day, and the seconds since some moment, as the test likes them."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def pass_by(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    def monotonic(self) -> float:
        return self.now.timestamp()


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock(NIGHT - timedelta(hours=1))
    monkeypatch.setattr(nightly, "utc_now", lambda: clock.now)
    monkeypatch.setattr(nightly, "time", clock)
    return clock


@pytest.fixture
def started(settings: Settings) -> Path:
    """What says that this appliance has been there for long."""
    marker = settings.data_dir / INITIALISED
    marker.touch()
    os.utime(marker, (0, 0))
    return marker


@pytest.fixture
def store(settings: Settings) -> Store:
    return Store(settings.data_dir)


@pytest.fixture
def night(clock: Clock, settings: Settings, monkeypatch) -> Iterator[Nightly]:
    """The worker's look, long enough after its start; instead of making a backup it says so, and is content."""
    monkeypatch.setattr(nightly, "COMMAND", [sys.executable, "-c", SAYS.format(text="made it", status=0)])
    night = Nightly(settings)
    clock.pass_by(seconds=SECONDS_AFTER_START)
    yield night
    night.stop()


def begins(night: Nightly) -> bool:
    """Whether this look begins a backup; it is waited for."""
    assert night.look() is None
    if night._process is None:
        return False
    night._process.wait()
    return True


def test_one_that_was_asked_for_waits_while_a_drill_is_held(
    night: Nightly, clock: Clock, settings: Settings, monkeypatch
) -> None:
    settings.run_dir.mkdir(exist_ok=True)
    ask_for_backup(settings.run_dir)
    monkeypatch.setattr(nightly, "COMMAND", [sys.executable, "-c", SAYS.format(text="occupied", status=OCCUPIED)])
    assert begins(night)
    assert night.look() is None
    assert is_asked(settings.run_dir)
    assert not begins(night), "not at once"
    clock.pass_by(seconds=OCCUPIED_PAUSE)
    monkeypatch.setattr(nightly, "COMMAND", [sys.executable, "-c", SAYS.format(text="made it", status=0)])
    assert begins(night)
    assert night.look() is None
    assert not is_asked(settings.run_dir)


def test_one_that_somebody_else_has_made_meanwhile_is_not_made_again(
    night: Nightly, settings: Settings, store: Store, monkeypatch
) -> None:
    settings.run_dir.mkdir(exist_ok=True)
    ask_for_backup(settings.run_dir)
    monkeypatch.setattr(nightly, "COMMAND", [sys.executable, "-c", SAYS.format(text="occupied", status=OCCUPIED)])
    assert begins(night)
    make_backup(store, Sources(settings.data_dir, "0.1.0", settings.secret_key))
    night.look()
    assert not is_asked(settings.run_dir)


def test_one_is_made_at_its_hour_and_the_next_a_day_later(
    night: Nightly, clock: Clock, store: Store, started: Path
) -> None:
    store.folder.mkdir()
    (store.folder / file_name(NIGHT - timedelta(days=1), "0.1.0")).touch()
    assert not begins(night)
    clock.pass_by(hours=1)
    assert begins(night)
    for _ in range(10):
        assert night.look() is None
        assert night._process is None
        clock.pass_by(hours=2)
    clock.pass_by(hours=4)
    assert begins(night)


def test_a_night_that_was_missed_is_made_up_for_but_other_work_goes_first(
    clock: Clock, settings: Settings, store: Store, started: Path, monkeypatch
) -> None:
    monkeypatch.setattr(nightly, "COMMAND", [sys.executable, "-c", ""])
    store.folder.mkdir()
    (store.folder / file_name(NIGHT - timedelta(days=2), "0.1.0")).touch()
    clock.pass_by(hours=9)
    night = Nightly(settings)
    assert not begins(night)
    clock.pass_by(seconds=SECONDS_AFTER_START)
    assert begins(night)
    night.stop()


def test_an_appliance_that_was_just_begun_waits_for_its_first_night(
    night: Nightly, clock: Clock, started: Path
) -> None:
    os.utime(started, (clock.now.timestamp(), clock.now.timestamp()))
    assert not begins(night)
    clock.pass_by(hours=1)
    assert begins(night)


@pytest.mark.parametrize(("before", "needed"), [(AS_GOOD, False), (AS_GOOD + timedelta(seconds=1), True)])
def test_one_made_by_hand_shortly_before_is_as_good(
    night: Nightly, clock: Clock, store: Store, started: Path, before: timedelta, needed: bool
) -> None:
    store.folder.mkdir()
    (store.folder / file_name(NIGHT - before, "0.1.0")).touch()
    clock.pass_by(hours=1)
    assert begins(night) is needed


def test_one_from_the_future_does_not_count(night: Nightly, clock: Clock, store: Store, started: Path) -> None:
    store.folder.mkdir()
    (store.folder / file_name(NIGHT + timedelta(days=9000), "0.1.0")).touch()
    clock.pass_by(hours=1)
    assert begins(night)


def test_while_nothing_has_changed_nothing_is_written(
    night: Nightly, clock: Clock, settings: Settings, store: Store, started: Path
) -> None:
    os.utime(settings.database_path, (0, 0))
    make_backup(store, Sources(settings.data_dir, nightly.VERSION, settings.secret_key))
    clock.now = datetime.now(UTC) + timedelta(days=5)
    assert not begins(night)
    os.utime(settings.database_path, (1, 1))
    clock.pass_by(days=1)
    assert begins(night)


def test_switched_off_none_is_made(clock: Clock, settings: Settings, started: Path) -> None:
    night = Nightly(replace(settings, backup_at=None))
    clock.pass_by(days=3)
    assert not begins(night)


def test_a_failure_is_told_once_a_night_and_tried_again_less_and_less_often(
    night: Nightly, clock: Clock, started: Path, monkeypatch
) -> None:
    monkeypatch.setattr(nightly, "COMMAND", [sys.executable, "-c", SAYS.format(text="no room", status=1)])
    clock.pass_by(hours=1)
    tries, told = 0, []
    for _ in range(60 * 24):
        if begins(night):
            tries += 1
            if said := night.look():
                told.append(said)
        clock.pass_by(minutes=1)
    assert told == ["something first\nno room"]
    assert 6 <= tries <= 12
    monkeypatch.setattr(nightly, "COMMAND", [sys.executable, "-c", ""])
    clock.pass_by(hours=4)
    assert begins(night)
    assert night.look() is None
    clock.pass_by(hours=4)
    assert not begins(night)


def test_one_that_is_being_made_by_hand_is_no_failure(night: Nightly, clock: Clock, started: Path, monkeypatch) -> None:
    monkeypatch.setattr(nightly, "COMMAND", [sys.executable, "-c", "raise SystemExit(75)"])
    clock.pass_by(hours=1)
    assert begins(night)
    assert night.look() is None


def test_one_that_never_ends_is_ended(night: Nightly, clock: Clock, started: Path, monkeypatch) -> None:
    monkeypatch.setattr(nightly, "COMMAND", [sys.executable, "-c", "import time; time.sleep(3600)"])
    clock.pass_by(hours=1)
    assert night.look() is None
    clock.pass_by(hours=3, seconds=1)
    assert night.look() is None
    eventually(lambda: night._process is None or night.look())
    assert night._process is None


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        ("2026-11-25T03:30:00", "UTC", "2026-11-25T03:30:00"),
        ("2026-11-25T03:29:59", "UTC", "2026-11-24T03:30:00"),
        ("2026-11-25T02:30:00", "Europe/Madrid", "2026-11-25T02:30:00"),
        ("2026-11-25T08:00:00", "America/New_York", "2026-11-24T08:30:00"),
        # clocks are put forward from 2:00 to 3:00 on that day
        ("2026-03-29T12:00:00", "Europe/Madrid", "2026-03-29T01:30:00"),
        ("2026-11-25T00:10:00", "Pacific/Auckland", "2026-11-24T14:30:00"),
    ],
)
def test_the_hour_is_that_of_the_local_clocks(now: str, zone: str, expected: str) -> None:
    found = last_slot(datetime.fromisoformat(now).replace(tzinfo=UTC), time_of_day(3, 30), zone)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "read"),
    [("", time_of_day(3, 30)), ("4:05", time_of_day(4, 5)), ("23:59", time_of_day(23, 59)), ("OFF", None)],
)
def test_the_setting_is_read(written: str, read: time_of_day | None) -> None:
    assert backup_at(Source({"MICROBLOG_BACKUP_AT": written})) == read


@pytest.mark.parametrize(
    "written", ["24:00", "3", "03:60", "3.30", "never", "-1:00", "03:30:00", "\N{ARABIC-INDIC DIGIT THREE}:30"]
)
def test_what_is_no_time_is_refused(written: str) -> None:
    with pytest.raises(SettingsError, match=r"MICROBLOG_BACKUP_AT.*03:30, or off"):
        backup_at(Source({"MICROBLOG_BACKUP_AT": written}))


@pytest.fixture
def at_once(monkeypatch) -> None:
    """A worker that has no need to wait."""
    monkeypatch.setattr(nightly, "SECONDS_AFTER_START", -1.0)


@pytest.mark.usefixtures("at_once", "started")
def test_the_worker_has_a_real_one_made(app: Flask, settings: Settings, store: Store, monkeypatch) -> None:
    monkeypatch.setenv("MICROBLOG_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("SECRET_KEY", settings.secret_key)
    worker = Worker(app)
    with app.app_context():
        worker.work_once()
        eventually(lambda: worker.work_once() and store.newest())
        eventually(lambda: worker.work_once() and worker._night._nightly._process is None)
    assert store.status()["made"]["name"] == store.newest().path.name


@pytest.mark.usefixtures("at_once", "started")
def test_the_worker_tells_admins_of_one_that_failed(make_app, settings: Settings, monkeypatch) -> None:
    monkeypatch.setattr(nightly, "COMMAND", [sys.executable, "-c", SAYS.format(text="no room at all", status=1)])
    with Postbox() as postbox:
        app = make_app(replace(settings, mail=replace(postbox.settings, admins=("root@example.org",))))
        worker = Worker(app)
        with app.app_context():
            eventually(lambda: worker.work_once() and postbox.letters)
    letter = postbox.letters[0]
    assert letter["To"] == "root@example.org"
    assert "backup failed" in letter["Subject"]
    assert "no room at all" in letter.get_body(("plain",)).get_content()
