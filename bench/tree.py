"""What processes and all that they started take."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Tree:
    """The processes from these downwards, as they are whenever one asks."""

    roots: tuple[int, ...]

    def memory(self) -> int:
        """Sum of the proportional set sizes, in bytes."""
        return sum(_field(each, "smaps_rollup", "Pss:") * 1024 for each in self.processes())

    def bytes_written(self) -> int:
        """What all of them have sent to the disk so far.

        What was written to files that were removed before it reached the disk does not count.
        """
        sent = cancelled = 0
        for each in self.processes():
            sent += _field(each, "io", "write_bytes:")
            cancelled += _field(each, "io", "cancelled_write_bytes:")
        return sent - cancelled

    def cpu_seconds(self) -> float:
        """Time on processors so far, of the kernel for them too."""
        return sum(_ticks(each) for each in self.processes()) / TICKS

    def processes(self) -> list[int]:
        """Their numbers, each after the one that started it."""
        return [each for root in self.roots for each in _walk(root)]


def _walk(process: int) -> Iterator[int]:
    yield process
    for child in _read(f"/proc/{process}/task/{process}/children").split():
        yield from _walk(int(child))


def _ticks(process: int) -> int:
    # After the name, which may have blanks in it, come state, parent ...; times in user and kernel mode are 14 and 15.
    words = _read(f"/proc/{process}/stat").rpartition(")")[2].split()
    return int(words[11]) + int(words[12]) if words else 0


def _field(process: int, name: str, label: str) -> int:
    for line in _read(f"/proc/{process}/{name}").splitlines():
        if line.startswith(label):
            return int(line.split()[1])
    return 0


def _read(path: str) -> str:
    """The text of a file about a process; empty when that has just ended."""
    try:
        return Path(path).read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
