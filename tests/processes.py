"""Processes of the appliance, started beside the test and ended by their own pid."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from app.core.config import PROJECT_ROOT, Settings

LIMIT_SECONDS = 120
# supervisord leaves files to be closed by the collector.
WARNINGS_OF_THE_WHOLE = "error,ignore::ResourceWarning"


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment in which a process serves the appliance of these settings."""
    database = settings.database.url.render_as_string(hide_password=False) if settings.database else ""
    return os.environ | {
        "DATABASE_URL": database,
        "MICROBLOG_DATA_DIR": str(settings.data_dir),
        "MICROBLOG_RUN_DIR": str(settings.run_dir),
        "SECRET_KEY": settings.secret_key,
        "PYTHONWARNINGS": "error",
        "PYTHONPATH": os.pathsep.join([str(PROJECT_ROOT), str(PROJECT_ROOT / "tests")]),
    }


def start(settings: Settings, *command: str, log: Path) -> subprocess.Popen[bytes]:
    """Start `python COMMAND`; what it says is added to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, *command], cwd=PROJECT_ROOT, env=environment_of(settings), stdout=output, stderr=output
        )


def end(process: subprocess.Popen[bytes]) -> None:
    """Make sure that it is gone."""
    if process.poll() is None:
        process.kill()
    process.wait(LIMIT_SECONDS)


def eventually(condition: Callable[[], object]) -> None:
    """Wait until something is so; the limit is generous, because it is there for failures only."""
    until = time.monotonic() + LIMIT_SECONDS
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.02)
