"""The drill: a backup is restored into a throw-away folder, started, logged in to, counted, and removed again."""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, build_opener

from ..backup.making import count_rows
from ..backup.restoring import OWN_TABLES
from ..backup.snapshot import BackupError
from ..backup.store import Store
from ..core.config import DATABASE_FILE, PROJECT_ROOT
from .child import end_with_parent
from .refusal import Refusal
from .restore import restore_backup

START_SECONDS = 180
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
# So that nothing of it leaves this machine, and nothing but the throw-away folder is touched.
LEFT_OUT = ("MAIL_", "ADMINS", "SECRET_KEY", "DATABASE_URL", "SERVER_NAME", "FLASK_", "MICROBLOG_", "PORT")


def drill(archive: Path, folder: Path) -> str:
    """Try a backup in a throw-away folder, and tell of it; raises BackupError if nobody could live on it."""
    data = folder / "data"
    data.mkdir(mode=0o700)
    try:
        restored = restore_backup(Store(data), data, archive, lambda: None)
    except Refusal as refusal:
        raise BackupError(str(refusal)) from refusal
    before = count_rows(data / DATABASE_FILE)
    port = _free_port()
    environment = _environment(data, folder / "run", port)
    name, password = f"drill-{secrets.token_hex(4)}", secrets.token_urlsafe(16)
    _make_account(environment, name, password)
    with _running(environment, folder / "output"):
        _visit(f"http://127.0.0.1:{port}", name, password)
    after = count_rows(data / DATABASE_FILE)
    if lost := [table for table in before if table not in OWN_TABLES and after[table] < before[table]]:
        raise BackupError(f"after the start rows were missing in {', '.join(lost)}")
    return f"{archive.name} was restored, started and logged in to: {restored.partition(': ')[2].partition(',')[0]}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(data: Path, run: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
    return kept | {
        "MICROBLOG_DATA_DIR": str(data),
        "MICROBLOG_RUN_DIR": str(run),
        "MICROBLOG_BACKUP_AT": "off",
        "PORT": str(port),
    }


def _make_account(environment: Mapping[str, str], name: str, password: str) -> None:
    command = [sys.executable, "-m", "flask", "--app", "app", "user", "create", name, f"{name}@example.org"]
    made = subprocess.run(  # noqa: S603  our own command
        [*command, "--password-stdin"],
        cwd=PROJECT_ROOT,
        env=environment,
        input=f"{password}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise BackupError(f"no account can be made: {made.stderr.strip()}")


@contextmanager
def _running(environment: Mapping[str, str], output: Path) -> Iterator[None]:
    """The appliance of that environment, up; stopped afterwards."""
    with output.open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.boot"],
            cwd=PROJECT_ROOT,
            env=environment,
            stdout=said,
            stderr=said,
            preexec_fn=partial(end_with_parent, os.getpid()),
        )
    try:
        _wait_for(f"http://127.0.0.1:{environment['PORT']}/livez", process, output)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes], output: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            with _browser().open(address, timeout=10):
                return
        except OSError:
            time.sleep(0.2)
    said = output.read_text().strip().rpartition("\n")[2]
    raise BackupError(f"the restored appliance does not start: {said}")


def _browser() -> OpenerDirector:
    return build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))


def _visit(address: str, name: str, password: str) -> None:
    """Log in as a browser does, and look at the pages that everybody sees first."""
    browser = _browser()
    try:
        with browser.open(f"{address}/auth/login", timeout=60) as page:
            token = TOKEN.search(page.read().decode())
        fields = {"username": name, "password": password, "csrf_token": token[1] if token else ""}
        with browser.open(f"{address}/auth/login", urlencode(fields).encode(), timeout=60) as page:
            if name not in page.read().decode():
                raise BackupError("the log-in did not work")
        with browser.open(f"{address}/explore", timeout=60):
            pass
    except URLError as error:
        raise BackupError(f"a page of the restored appliance fails: {error}") from error
