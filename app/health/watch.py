"""What the worker sees when it looks at everything now and then; kept in memory for the pages and for Prometheus."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ..core.state import leave_note
from .check import FAIL, OK, Check
from .examination import ALL, examine

NAME, TOLD = "standing.json", "standing-told"
# After a start everything comes up first.
FIRST_LOOK_SECONDS, LOOK_SECONDS = 60.0, 300.0
# A mail server would note every look, and counting everything reads whole indexes for what is no danger.
LEFT_OUT = ("mail", "counts")
WATCHED = tuple(each.name for each in ALL if each.name not in LEFT_OUT)
# Not failures for the appliance, which works, but for who relies on it.
GRAVE_WARNINGS = ("backup", "certificate")
DAY = 86400


@dataclass(frozen=True)
class Standing:
    """What was found, and how many seconds ago."""

    checks: dict[str, Check]
    age: float

    @property
    def troubles(self) -> list[str]:
        """Names of what administrators should look at soon."""
        return [
            name
            for name, check in self.checks.items()
            if check.status == FAIL or (check.status != OK and name in GRAVE_WARNINGS)
        ]


def read_standing(run_dir: Path) -> Standing | None:
    """What the worker found when it last looked, None if it has not yet."""
    path = run_dir / NAME
    with suppress(OSError, ValueError, TypeError, AttributeError):
        age = max(0.0, time.time() - path.stat().st_mtime)
        noted = json.loads(path.read_text())
        return Standing({name: Check(**values) for name, values in noted.items()}, age)
    return None


class Watch:
    """Call `look` now and then; it looks at everything every few minutes."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._next = time.monotonic() + FIRST_LOOK_SECONDS
        self._failing: set[str] = set()

    def look(self) -> dict[str, Check]:
        """What people should be told by letter: what fails for the second time, at most once a day."""
        if time.monotonic() < self._next:
            return {}
        self._next = time.monotonic() + LOOK_SECONDS
        found = examine(WATCHED)
        self._keep(found)
        failing = {name for name, check in found.items() if check.status == FAIL}
        lasting, self._failing = failing & self._failing, failing
        if not lasting or self._told_today():
            return {}
        (self._run_dir / TOLD).touch(mode=0o600)
        return {name: found[name] for name in lasting}

    def _keep(self, found: dict[str, Check]) -> None:
        leave_note(self._run_dir, NAME, json.dumps({name: asdict(check) for name, check in found.items()}))

    def _told_today(self) -> bool:
        """By a file in memory, so that it is known after a crash of the worker, and no disk is written to."""
        with suppress(OSError):
            return time.time() - (self._run_dir / TOLD).stat().st_mtime < DAY
        return False
