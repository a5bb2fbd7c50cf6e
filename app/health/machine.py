"""Checks of the machine: which it is, its memory, its clock."""

from __future__ import annotations

import platform
import time
from pathlib import Path

from ..core.config import PROJECT_ROOT
from ..core.errors import mark
from ..core.version import VERSION
from .check import FAIL, MEBIBYTE, OK, WARN, Check, mebibytes
from .phrase import Phrase

LITTLE_MEMORY = 64 * MEBIBYTE
NEARLY_FULL = 0.9
CGROUP = Path("/sys/fs/cgroup")
# The first version of control groups, in the folder `memory`, writes a huge number where there is no limit.
NO_LIMIT = 2**60
MEMORY = Path("/proc/meminfo")
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
DOCKER = Path("/.dockerenv")


def version() -> Check:
    """Which program on which machine."""
    where = "Docker" if DOCKER.exists() else mark("without Docker")
    return Check(
        OK, Phrase(f"Microblog {VERSION}, Python {platform.python_version()}, {platform.machine()}").also(where)
    )


def memory() -> Check:
    """Check what is left: of the container's limit, where there is one, else of the machine's memory."""
    available, (limit, used) = _available(), _limit_and_use()
    status = WARN if available < LITTLE_MEMORY or (limit and used > NEARLY_FULL * limit) else OK
    detail = Phrase(mark("%(size)s available"), size=mebibytes(available))
    if limit:
        detail = Phrase(mark("%(used)s of %(limit)s in use"), used=mebibytes(used), limit=mebibytes(limit))
        if available < LITTLE_MEMORY:
            detail = detail.also(mark("%(size)s available on the machine"), size=mebibytes(available))
    if killed := _killed():
        detail, status = detail.also(mark("processes killed for lack of memory: %(count)s"), count=killed), WARN
    return Check(status, detail)


def _available() -> int:
    lines = dict(line.split(":", 1) for line in MEMORY.read_text().splitlines())
    return int(lines["MemAvailable"].split()[0]) * 1024


def _limit_and_use() -> tuple[int, int]:
    """Return the limit of the container and its use in bytes, without cached files, which are dropped when needed.

    A limit of 0 means that there is none.
    """
    if (CGROUP / "memory.max").exists():
        folder, limit_file, use_file = CGROUP, "memory.max", "memory.current"
    else:
        folder, limit_file, use_file = CGROUP / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
    limit, use = _number(folder / limit_file), _number(folder / use_file)
    return (limit if limit < NO_LIMIT else 0), max(0, use - _statistics(folder / "memory.stat").get("inactive_file", 0))


def _number(path: Path) -> int:
    """A number of the kernel's; 0 where there is none, as without a limit."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return 0


def _killed() -> int:
    return _statistics(CGROUP / "memory.events").get("oom_kill", 0)


def _statistics(path: Path) -> dict[str, int]:
    """Return the kernel's counters by name; empty where there are none."""
    try:
        pairs = [line.split() for line in path.read_text().splitlines()]
        return {name: int(value) for name, value in pairs}
    except (OSError, ValueError):
        return {}


def clock() -> Check:
    """Whether it can be right, and whether the machine says that it is set by the network."""
    now = Phrase(time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()))
    if time.time() < (PROJECT_ROOT / "app" / "core" / "version.py").stat().st_mtime:
        return Check(FAIL, now.also(mark("which is before this program was made")))
    return Check(OK, now.also(mark("set by the network")) if SYNCHRONISED.exists() else now)
