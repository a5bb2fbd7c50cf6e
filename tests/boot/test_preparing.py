"""A boot that succeeds: the key, the greeting, the journal, and nothing lost by doing it twice."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from booting import Boot
from threads import at_once

from app.boot import volume
from app.boot.secret import ensure_secret_key
from app.core.config import PROJECT_ROOT


def ask(database: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(question).fetchall()


def create_account(boot: Boot) -> None:
    command = [sys.executable, "-m", "flask", "--app", "app", "user", "create", "alice", "alice@example.org"]
    subprocess.run(command, cwd=PROJECT_ROOT, env=boot.environment, check=True, capture_output=True)


def test_the_first_boot_says_where_it_is_and_how_to_make_the_first_account(boot: Boot, free_port: int) -> None:
    said = boot().stdout
    assert f"http://127.0.0.1:{free_port}/setup" in said
    assert re.search(r"^Setup code: [0-9A-Z]{4}-[0-9A-Z]{4}$", said, re.MULTILINE)


def test_every_boot_shows_a_new_code_until_there_is_an_account(boot: Boot) -> None:
    codes = {boot().stdout.partition("Setup code: ")[2].strip() for _ in range(2)}
    assert len(codes) == 2
    create_account(boot)
    again = boot()
    assert again.returncode == 0
    assert "Microblog is starting at" in again.stdout
    assert "Setup code" not in again.stdout


def test_the_address_that_is_printed_can_be_set(boot: Boot) -> None:
    assert "https://pi.local/setup" in boot(MICROBLOG_PUBLIC_URL="https://pi.local/").stdout


def test_what_it_makes_is_for_its_owner_alone(boot: Boot, data: Path) -> None:
    boot()
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    for path in data.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_the_secret_key_is_made_once(boot: Boot, data: Path) -> None:
    boot()
    key = (data / "secret_key").read_text()
    assert len(key.strip()) == 64
    boot()
    assert (data / "secret_key").read_text() == key


def test_a_key_that_was_given_makes_no_file(boot: Boot, data: Path) -> None:
    assert boot(SECRET_KEY="k" * 40).returncode == 0
    assert not (data / "secret_key").exists()


def test_two_boots_at_once_agree_on_one_key(tmp_path: Path) -> None:
    def key() -> str:
        ensure_secret_key(tmp_path)
        return (tmp_path / "secret_key").read_text()

    keys = at_once(*[key] * 8)
    assert len({str(each) for each in keys}) == 1
    assert os.listdir(tmp_path) == ["secret_key"]


def test_a_second_boot_keeps_the_data(boot: Boot, data: Path) -> None:
    boot()
    create_account(boot)
    assert boot().returncode == 0
    assert ask(data / "app.db", "SELECT username FROM user") == [("alice",)]


def test_the_database_has_a_write_ahead_log_and_knows_its_version(boot: Boot, data: Path) -> None:
    boot()
    assert ask(data / "app.db", "PRAGMA journal_mode") == [("wal",)]
    assert ask(data / "app.db", "SELECT count(*) FROM fact WHERE name = 'app_version'") == [(1,)]


def test_a_boot_that_was_killed_midway_is_made_up_for(boot: Boot, data: Path) -> None:
    boot()
    (data / ".migrating").write_text("from nothing to 0001\n")
    (data / "app.incoming").write_bytes(b"half a copy")
    (data / ".secret_key-0123456789abcdef").write_text("half a key")
    assert boot().returncode == 0


class Clock:
    """A clock that is set while somebody waits."""

    def __init__(self, now: float, set_after: int) -> None:
        self._now = now
        self._left = set_after

    def time(self) -> float:
        return self._now

    def sleep(self, _seconds: float) -> None:
        self._left -= 1
        if self._left == 0:
            self._now += 10**9


@pytest.mark.parametrize(("set_after", "right"), [(3, True), (100, False)])
def test_a_clock_that_is_behind_is_waited_for_and_then_put_up_with(
    monkeypatch, capsys, set_after: int, right: bool
) -> None:
    clock = Clock(1000.0, set_after)
    monkeypatch.setattr(volume.time, "time", clock.time)
    monkeypatch.setattr(volume.time, "sleep", clock.sleep)
    assert volume.wait_for_clock(2000.0, 10) is right
    said = capsys.readouterr().err
    assert "waiting for it to be set" in said
    assert ("the clock is wrong" in said) is not right


def test_a_right_clock_is_not_worth_a_word(capsys) -> None:
    assert volume.wait_for_clock(0.0, 10)
    assert capsys.readouterr().err == ""
