"""The whole appliance as `make run` leaves it, with ways to hurt it, and programs that write to it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from processes import LIMIT_SECONDS, WARNINGS_OF_THE_WHOLE, environment_of, eventually

from app.core.config import PROJECT_ROOT, Settings

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 when nothing did, so that nobody knows what became of the request."""

    status: int
    text: str = ""


class Client:
    """A program with a token, or a browser with cookies."""

    def __init__(self, address: str, headers: Mapping[str, str] | None = None) -> None:
        self._address = address
        self._headers = dict(headers or {})
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor()
        )

    def get(self, path: str) -> Answer:
        """Ask for something."""
        return self._open(urllib.request.Request(self._address + path, headers=self._headers))

    def post(self, text: str, **headers: str) -> Answer:
        """Write a post, as a program does."""
        return self.send("/api/posts", {"body": text}, **headers)

    def send(self, path: str, body: object = None, method: str = "POST", **headers: str) -> Answer:
        """Send something as JSON."""
        data = None if body is None else json.dumps(body).encode()
        sent = {**self._headers, "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self._open(urllib.request.Request(self._address + path, data, sent, method=method))

    def submit(self, page: str, form_at: str = "", **fields: str) -> Answer:
        """Open a page, or the one that has the form for it, and send the form."""
        token = TOKEN.search(self.get(form_at or page).text)
        data = urllib.parse.urlencode({**fields, "csrf_token": token[1] if token else ""}).encode()
        return self._open(urllib.request.Request(self._address + page, data, self._headers))

    def _open(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=LIMIT_SECONDS) as response:
                return Answer(response.status, response.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode())
        except (OSError, HTTPException):
            return Answer(0)


class Whole:
    """Boot, supervisord, web and worker, with the data of these settings."""

    def __init__(self, settings: Settings, port: int, log: Path, **environment: str) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.log = log
        own = {"PORT": str(port), "PYTHONWARNINGS": WARNINGS_OF_THE_WHOLE}
        self._environment = environment_of(settings) | own | environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Boot; return when it answers."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.boot"],
                cwd=PROJECT_ROOT,
                env=self._environment,
                stdout=output,
                stderr=output,
            )
        eventually(lambda: self._process.poll() is not None or self.answers())
        assert self._process.poll() is None, self.log.read_text()

    def answers(self) -> bool:
        """Whether the web process does."""
        return Client(self.address).get("/livez").status == 200

    @property
    def pid(self) -> int:
        """The process that booted and has become supervisord."""
        assert self._process is not None
        return self._process.pid

    def processes(self, program: str = "") -> list[int]:
        """Everything that supervisord started, directly or not; with a name only that program's."""
        chosen = [child for child in children(self.pid) if program in ("", name_of(child))]
        return [each for child in chosen for each in (child, *children(child))]

    def kill(self, program: str) -> None:
        """kill -9 one program with all its processes."""
        _kill_all(self.processes(program))

    def kill_all(self) -> None:
        """kill -9 everything, supervisord first, so that nothing is started again."""
        assert self._process is not None
        others = self.processes()
        _kill_all([self.pid, *others])
        self._process.wait(LIMIT_SECONDS)
        eventually(lambda: not any(Path(f"/proc/{each}").exists() for each in others))

    def stop(self) -> int:
        """Stop as Ctrl-C does; the status."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(LIMIT_SECONDS)

    def end(self) -> None:
        """Make sure that it is gone."""
        if self._process is not None and self._process.poll() is None:
            self.kill_all()


def children(process: int) -> list[int]:
    """The processes that this one started."""
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def name_of(process: int) -> str:
    """What the kernel calls it: programs are forked, so their commands are all the same."""
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return ""


def _kill_all(processes: list[int]) -> None:
    for process in processes:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
