"""Tells a crash, which a restart answers, from a program that dies again and again."""

from __future__ import annotations

import time
from collections import defaultdict, deque

# This many in this time are crashes.
EXITS_ALLOWED = 5
WINDOW_SECONDS = 600.0


class ExitCounter:
    """Remembers when each program ended."""

    def __init__(self) -> None:
        self._exits: defaultdict[str, deque[float]] = defaultdict(deque)

    def add(self, program: str, now: float | None = None) -> str:
        """Note that a program ended; when that was once too often, say so. `now`: seconds of a steady clock."""
        now = time.monotonic() if now is None else now
        exits = self._exits[program]
        exits.append(now)
        while exits[0] < now - WINDOW_SECONDS:
            exits.popleft()
        if len(exits) <= EXITS_ALLOWED:
            return ""
        return f"{program} ended more than {EXITS_ALLOWED} times within {WINDOW_SECONDS / 60:.0f} minutes"
