"""Booting for real, up to the moment when the processes would start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from app.core.config import PROJECT_ROOT

# `python -m app.boot` without its last step.
PREPARE = """
import sys
from app.boot import __main__ as boot
boot.become_supervisord = lambda settings: sys.exit(0)
boot.main()
"""


class Boot:
    """An appliance's folder, port and settings; call it to boot once more."""

    def __init__(self, folder: Path, port: int) -> None:
        self.data = folder / "data"
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("MICROBLOG_")}
        self.environment |= {
            "MICROBLOG_DATA_DIR": str(self.data),
            "MICROBLOG_RUN_DIR": str(folder / "run"),
            "PORT": str(port),
            "PYTHONWARNINGS": "error",
        }

    def __call__(self, **settings: object) -> subprocess.CompletedProcess[str]:
        environment = self.environment | {name: str(value) for name, value in settings.items()}
        command = [sys.executable, "-c", PREPARE]
        return subprocess.run(
            command, cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
