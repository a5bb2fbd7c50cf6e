"""The shell scripts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

NEEDS = ("shellcheck",)
ROOT = Path(__file__).parents[2]
SCRIPTS = [
    ROOT / "backup.sh",
    *sorted(ROOT.glob("deploy/*.sh")),
    *sorted(ROOT.glob("nginx/*.sh")),
    ROOT / ".ci" / "run",
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_script_is_clean_and_can_be_run(script: Path) -> None:
    found = subprocess.run(["shellcheck", script], capture_output=True, text=True, check=False)
    assert found.stdout == ""
    assert os.access(script, os.X_OK)
