"""In a container a start that cannot succeed is tried once, not for ever."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from booting import PREPARE, Boot
from processes import LIMIT_SECONDS, end

from app.boot.refusal import Reason
from app.core.config import PROJECT_ROOT

# The first process of a container.
FIRST = PREPARE.replace("boot.main()", "boot.CONTAINER = boot.os.getpid()\nboot.main()")


@pytest.fixture
def booted(boot: Boot, data: Path) -> Path:
    assert boot().returncode == 0
    return data / "app.db"


def of_a_later_version(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()


def damaged(database: Path) -> None:
    database.write_bytes(b"no database" * 1000)


def vanished(database: Path) -> None:
    database.unlink()


def emptied(database: Path) -> None:
    database.write_bytes(b"")


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (of_a_later_version, Reason.NEWER_DATA),
        (damaged, Reason.DAMAGED),
        (vanished, Reason.VANISHED),
        (emptied, Reason.VANISHED),
    ],
)
def test_a_lasting_reason_is_told_once_and_then_it_waits_to_be_stopped(
    boot: Boot, booted: Path, trouble: Callable[[Path], None], reason: Reason
) -> None:
    trouble(booted)
    process = subprocess.Popen(
        [sys.executable, "-c", FIRST], cwd=PROJECT_ROOT, env=boot.environment, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        assert "cannot start" in process.stderr.readline()
        assert "docker compose restart app" in process.stderr.readline()
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT_SECONDS) == reason
        assert process.stderr.read() == ""
    finally:
        end(process)
        process.communicate()


def test_without_docker_it_ends_at_once(boot: Boot, booted: Path) -> None:
    damaged(booted)
    assert boot().returncode == Reason.DAMAGED


def test_what_may_pass_ends_at_once_so_that_it_is_tried_again(boot: Boot, tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-c", FIRST],
        cwd=PROJECT_ROOT,
        env=boot.environment | {"PORT": "0"},
        capture_output=True,
        check=False,
        timeout=LIMIT_SECONDS,
    )
    assert process.returncode == Reason.SETTING
