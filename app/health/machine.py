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
    """What the machine has left, what the container may take, and whether the kernel had to end something."""
    available = _available()
    detail = Phrase(mark("%(size)s available"), size=mebibytes(available))
    status = WARN if available < LITTLE_MEMORY else OK
    limit, used = _number(CGROUP / "memory.max"), _number(CGROUP / "memory.current")
    if limit and used:
        detail = detail.also(mark("%(used)s of %(limit)s in use here"), used=mebibytes(used), limit=mebibytes(limit))
        status = WARN if used > NEARLY_FULL * limit else status
    if killed := _killed():
        detail, status = detail.also(mark("processes killed for lack of memory: %(count)s"), count=killed), WARN
    return Check(status, detail)


def _available() -> int:
    lines = dict(line.split(":", 1) for line in MEMORY.read_text().splitlines())
    return int(lines["MemAvailable"].split()[0]) * 1024


def _number(path: Path) -> int:
    """A number of the kernel's; 0 where there is none, as without a limit."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return 0


def _killed() -> int:
    try:
        counts = dict(line.split() for line in (CGROUP / "memory.events").read_text().splitlines())
    except OSError:
        return 0
    return int(counts.get("oom_kill", 0))


def clock() -> Check:
    """Whether it can be right, and whether the machine says that it is set by the network."""
    now = Phrase(time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()))
    if time.time() < (PROJECT_ROOT / "app" / "core" / "version.py").stat().st_mtime:
        return Check(FAIL, now.also(mark("which is before this program was made")))
    return Check(OK, now.also(mark("set by the network")) if SYNCHRONISED.exists() else now)
