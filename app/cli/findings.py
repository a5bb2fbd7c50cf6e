"""What the doctor looks at beside the checks of `/readyz`: the machine, the disk, the clock, the ways in and out."""

from __future__ import annotations

import platform
import socket
import sqlite3
import ssl
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from ..boot.volume import EPHEMERAL, NETWORK, file_system_of
from ..core.config import PROJECT_ROOT
from ..core.version import VERSION
from ..health import FAIL, OK, WARN, Check
from ..web.context import settings

MEBIBYTE = 2**20
SOUND_SQLITE = (3, 51, 3)
LARGE_LOG = 64 * MEBIBYTE
LITTLE_MEMORY = 64 * MEBIBYTE
NEARLY_FULL = 0.9
TIMEOUT_SECONDS = 5
DAY = 86400
CERTIFICATE_WARN_DAYS = 14
OLD_DATA_WARN_DAYS = 30
CGROUP = Path("/sys/fs/cgroup")
MEMORY = Path("/proc/meminfo")
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
# The other container, as the application's sees it.
NGINX, NGINX_HTTP, NGINX_HTTPS = "nginx", 8080, 8443


def version() -> Check:
    """Which program on which machine."""
    where = "Docker" if Path("/.dockerenv").exists() else "without Docker"
    return Check(OK, f"Microblog {VERSION}, Python {platform.python_version()}, {platform.machine()}, {where}")


def sqlite() -> Check:
    """Whether this SQLite is one without the fault of write-ahead logs."""
    return Check(OK if sqlite3.sqlite_version_info >= SOUND_SQLITE else WARN, sqlite3.sqlite_version)


def volume() -> Check:
    """What the data lies on."""
    kind = file_system_of(settings().data_dir)
    bad = FAIL if kind in NETWORK else WARN if kind in EPHEMERAL else OK
    return Check(bad, f"the data is on {kind or 'a file system that cannot be told'}")


def log() -> Check:
    """The database and its write-ahead log, whose mode is asserted."""
    path = settings().database_path
    if not path.exists():
        return Check(FAIL, "there is no database yet")
    with closing(sqlite3.connect(path.as_uri() + "?mode=ro", uri=True)) as connection:
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    side = Path(f"{path}-wal")
    size = side.stat().st_size if side.exists() else 0
    status = FAIL if mode != "wal" else WARN if size > LARGE_LOG else OK
    return Check(status, f"database {_mebibytes(path.stat().st_size)}, log {_mebibytes(size)}, mode {mode}")


def memory() -> Check:
    """What the machine has left, what the container may take, and whether the kernel had to end something."""
    available = _available()
    told, status = f"{_mebibytes(available)} available", WARN if available < LITTLE_MEMORY else OK
    limit, used = _number(CGROUP / "memory.max"), _number(CGROUP / "memory.current")
    if limit and used:
        told += f", {_mebibytes(used)} of {_mebibytes(limit)} taken here"
        status = WARN if used > NEARLY_FULL * limit else status
    if killed := _killed():
        told, status = f"{told}, {killed} times something was ended for lack of it", WARN
    return Check(status, told)


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
    now = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    if time.time() < (PROJECT_ROOT / "app" / "core" / "version.py").stat().st_mtime:
        return Check(FAIL, f"{now}, which is before this program was made")
    return Check(OK, now + (", set by the network" if SYNCHRONISED.exists() else ""))


def web() -> Check:
    """Whether the web server answers on its port."""
    address = f"http://127.0.0.1:{settings().port}/livez"
    try:
        with build_opener(ProxyHandler({})).open(address, timeout=TIMEOUT_SECONDS):
            return Check(OK, f"answers on port {settings().port}")
    except (URLError, OSError):
        return Check(FAIL, f"nothing answers on port {settings().port}")


def certificate() -> Check:
    """How long Nginx's certificate is good, if there is an Nginx of ours."""
    if not settings().https:
        return Check(OK, "none: http only, for this machine or behind a proxy of yours")
    try:
        with build_opener(ProxyHandler({})).open(
            f"http://{NGINX}:{NGINX_HTTP}/ca.crt", timeout=TIMEOUT_SECONDS
        ) as answer:
            days = (_not_after(answer.read().decode()) - time.time()) / DAY
    except (URLError, OSError) as error:
        return Check(WARN, f"cannot be looked at ({type(error).__name__})")
    return Check(OK if days > CERTIFICATE_WARN_DAYS else WARN, f"good for {days:.0f} days")


def _not_after(authority: str) -> float:
    """When the certificate ends, which must be one of that authority."""
    context = ssl.create_default_context(cadata=authority)
    context.check_hostname = False
    with (
        socket.create_connection((NGINX, NGINX_HTTPS), TIMEOUT_SECONDS) as plain,
        context.wrap_socket(plain) as secured,
    ):
        shown = secured.getpeercert() or {}
    return ssl.cert_time_to_seconds(str(shown["notAfter"]))


def mail() -> Check:
    """Whether the mail server can be reached; its name is nobody's business."""
    chosen = settings().mail
    if chosen is None:
        return Check(OK, "none: links for new passwords are made by an administrator")
    try:
        socket.create_connection((chosen.server, chosen.port), TIMEOUT_SECONDS).close()
    except OSError as error:
        return Check(WARN, f"the server cannot be reached on port {chosen.port} ({type(error).__name__})")
    admins = f"{len(chosen.admins)} in ADMINS" if chosen.admins else "nobody in ADMINS, so errors are told to nobody"
    return Check(OK, f"the server can be reached on port {chosen.port}; {admins}")


def old_data() -> Check:
    """Data of before a restore that is still kept."""
    folders = list(settings().data_dir.glob("before-restore-*"))
    if not folders:
        return Check(OK, "none")
    size = sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())
    old = any(time.time() - folder.stat().st_mtime > OLD_DATA_WARN_DAYS * DAY for folder in folders)
    return Check(WARN if old else OK, f"{len(folders)} of before a restore, {_mebibytes(size)}")


def _mebibytes(size: int) -> str:
    return f"{size / MEBIBYTE:.0f} MiB"


FINDINGS: dict[str, Callable[[], Check]] = {
    "version": version,
    "sqlite": sqlite,
    "volume": volume,
    "log": log,
    "memory": memory,
    "clock": clock,
    "web": web,
    "certificate": certificate,
    "mail": mail,
    "old data": old_data,
}
