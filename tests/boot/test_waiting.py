"""While the data is brought up to date: the log says how far it is, and so does /livez."""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from booting import Boot
from processes import LIMIT_SECONDS, end, eventually
from sqlalchemy import create_engine

from app.boot.schema import migration_config
from app.core.config import PROJECT_ROOT

# A parent that waits, and a child that does two steps, each until a line is typed.
PROGRAM = """
import sys
from functools import partial
from app.boot.child import run_in_child
from app.boot.settings import read_settings
from app.boot.waiting import note_step, wait_and_tell
settings = read_settings()
settings.run_dir.mkdir()
def work():
    for step in ("step 1 of 2: log-ins", "step 2 of 2: codes"):
        note_step(settings.run_dir, step)
        sys.stdin.readline()
    sys.exit(3)
sys.exit(run_in_child(work, partial(wait_and_tell, settings)))
"""


@pytest.fixture
def waiting(boot: Boot) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=PROJECT_ROOT, env=boot.environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        end(process)
        process.communicate()


def go_on(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def ask(port: int, path: str = "/livez") -> tuple[int, str]:
    """The status and the text; 0 if nobody listens or the answer is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except (OSError, http.client.RemoteDisconnected):
        return 0, ""
    finally:
        connection.close()


def is_well(boot: Boot) -> bool:
    return (
        subprocess.run([PROJECT_ROOT / "deploy" / "healthcheck.sh"], env=boot.environment, check=False).returncode == 0
    )


def test_whoever_asks_is_told_the_step_until_it_is_done(
    waiting: subprocess.Popen[str], boot: Boot, free_port: int
) -> None:
    eventually(lambda: ask(free_port)[0] == 503)
    assert ask(free_port)[1].startswith("step 1 of 2: log-ins; ")
    assert ask(free_port, "/")[0] == 0, "Nginx has a page for this"
    assert is_well(boot), "nothing may kill it halfway"
    go_on(waiting)
    eventually(lambda: ask(free_port)[1].startswith("step 2 of 2: codes; "))
    go_on(waiting)
    assert waiting.wait(LIMIT_SECONDS) == 3
    assert ask(free_port)[0] == 0
    assert not is_well(boot)


def test_a_client_that_says_nothing_holds_nothing_up(waiting: subprocess.Popen[str], free_port: int) -> None:
    eventually(lambda: ask(free_port)[0] == 503)
    silent = http.client.HTTPConnection("127.0.0.1", free_port)
    silent.connect()
    try:
        assert ask(free_port)[0] == 503
        go_on(waiting)
        go_on(waiting)
        assert waiting.wait(LIMIT_SECONDS) == 3
    finally:
        silent.close()


def test_an_upgrade_tells_its_steps_and_a_first_start_none(boot: Boot, data: Path) -> None:
    assert "up to date" not in boot().stdout
    for path in data.glob("app.db*"):
        path.unlink()
    older(data / "app.db", "0008")
    ended = boot()
    assert ended.returncode == 0, ended.stderr
    assert "microblog: bringing the data up to date, step 1 of " in ended.stdout


def older(database: Path, revision: str) -> None:
    """A database as an earlier version left it."""
    config = migration_config()
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
    engine.dispose()
