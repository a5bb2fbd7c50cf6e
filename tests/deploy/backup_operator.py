"""Somebody at a shell who types `./backup.sh`."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from processes import LIMIT_SECONDS

STAND_IN = """#!/bin/bash
printf '%s\\n' "$(basename "$0") $*" >>"{log}"
{script}
"""


class Operator:
    """Somebody at a shell of this machine, in a folder of their own; Docker is not there."""

    def __init__(self, root: Path, folder: Path, port: int) -> None:
        self.root, self.folder = root, folder
        self.data = folder / "data"
        self.programs = folder / "programs"
        self.log = folder / "programs.log"
        self.programs.mkdir()
        self.log.touch()
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MICROBLOG_")}
        self.environment = inherited | {
            "MICROBLOG_DATA_DIR": str(self.data),
            "MICROBLOG_RUN_DIR": str(folder / "run"),
            "PORT": str(port),
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "UNIT_DIR": str(folder / "none"),
        }

    def program(self, name: str, script: str = "") -> None:
        """A stand-in for a program of the machine, which notes how it was called."""
        path = self.programs / name
        path.write_text(STAND_IN.format(log=self.log, script=script))
        path.chmod(0o755)

    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()

    def types(self, *words: str, status: int = 0, **settings: object) -> str:
        """Run the script; the last line that it says."""
        environment = self.environment | {name: str(value) for name, value in settings.items()}
        ended = subprocess.run(
            [self.root / "backup.sh", *words], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, timeout=LIMIT_SECONDS,
        )  # fmt: skip
        assert ended.returncode == status, ended.stdout + ended.stderr
        self.said = ended.stdout + ended.stderr
        assert "Traceback" not in self.said
        lines = (ended.stderr if status else ended.stdout).strip().splitlines()
        return lines[-1] if lines else ""

    def backups(self) -> list[Path]:
        return sorted((self.data / "backups").glob("microblog-*.tar.gz"))

    def write_fact(self, name: str) -> None:
        with closing(sqlite3.connect(self.data / "app.db")) as connection:
            connection.execute("INSERT INTO fact VALUES (?, 'x')", [name])
            connection.commit()

    def letters(self) -> list[dict[str, str]]:
        """Those that the worker would send."""
        with closing(sqlite3.connect(self.data / "app.db")) as connection:
            rows = connection.execute("SELECT payload FROM job WHERE kind = 'mail.send'")
            return [json.loads(payload) for (payload,) in rows]

    def facts(self) -> set[str]:
        with closing(sqlite3.connect(self.data / "app.db")) as connection:
            return {name for (name,) in connection.execute("SELECT name FROM fact")}
