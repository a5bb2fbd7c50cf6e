"""Stops the appliance when supervisord cannot keep one of its programs up.

supervisord starts this as an event listener. A program that never comes up (FATAL), or that comes up and dies again and
again, would otherwise stay down or loop unseen behind a container that looks alive. Stopping supervisord ends the
container, and the container's restart policy takes over from there.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import defaultdict, deque

# One crash is answered by a restart; this many in this time are not crashes any more but a broken program.
EXITS_ALLOWED = 5
WINDOW_SECONDS = 600.0


class ExitCounter:
    """Remembers when each program ended, to tell a crash from a crash loop."""

    def __init__(self) -> None:
        self._exits: defaultdict[str, deque[float]] = defaultdict(deque)

    def add(self, program: str, now: float) -> bool:
        """Note that a program ended; say whether that was once too often."""
        exits = self._exits[program]
        exits.append(now)
        while exits[0] < now - WINDOW_SECONDS:
            exits.popleft()
        return len(exits) > EXITS_ALLOWED


def fields(line: bytes) -> dict[str, str]:
    """Read supervisord's `name:value name:value` notation."""
    return dict(pair.split(":", 1) for pair in line.decode().split())


def complaint(event: str, program: str, exits: ExitCounter) -> str:
    """Say why everything has to stop, or nothing when it need not."""
    if event == "PROCESS_STATE_FATAL":
        return f"{program} does not start"
    if exits.add(program, time.monotonic()):
        return f"{program} ended more than {EXITS_ALLOWED} times within {WINDOW_SECONDS / 60:.0f} minutes"
    return ""


def listen() -> None:
    """Answer supervisord's events until it closes the pipe."""
    exits = ExitCounter()
    while True:
        print("READY", flush=True)
        header = fields(sys.stdin.buffer.readline())
        if not header:
            return
        payload = fields(sys.stdin.buffer.read(int(header["len"])))
        if reason := complaint(header["eventname"], payload["processname"], exits):
            print(f"microblog: {reason}; stopping. The lines above say why it fails.", file=sys.stderr, flush=True)
            os.kill(os.getppid(), signal.SIGTERM)
        print("RESULT 2\nOK", end="", flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    listen()
