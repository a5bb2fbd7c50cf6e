"""A setting that can't be used is the last line that any command prints."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.boot.refusal import Reason
from app.core.config import PROJECT_ROOT
from app.core.environment import SecretKeyError, SettingsError


@pytest.mark.parametrize(
    "command",
    [["mail", "test", "a@b.org"], ["user", "list"], ["no-such-command"], ["--help"], ["routes"]],
    ids=" ".join,
)
def test_a_wrong_setting_is_the_last_line_of_every_command(tmp_path: Path, command: list[str]) -> None:
    environment = {**os.environ, "MICROBLOG_DATA_DIR": str(tmp_path), "MAIL_SERVER": "m", "MAIL_SENDER": "nobody"}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *command],
        cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == Reason.SETTING
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: MAIL_SENDER is 'nobody'")


def test_a_wrong_setting_has_the_same_status_as_at_a_start() -> None:
    assert SettingsError.exit_status == Reason.SETTING
    assert SecretKeyError.exit_status == Reason.SECRET_KEY
