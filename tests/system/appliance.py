"""The compose project of this checkout, brought up beside whatever else runs on this machine."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from visitor import Visitor

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery staple"
# Builds use the host's network, which machines need that reach their package mirror only from there.
FROM_THE_HOST = "  {service}: {{build: {{network: host}}}}\n"
KILL = """
import os, pathlib, signal, sys
for folder in pathlib.Path("/proc").glob("[0-9]*"):
    parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
    if parent == "1" and sys.argv[1] in (folder / "comm").read_text():
        os.kill(int(folder.name), signal.SIGKILL)
        print(folder.name)
"""


def eventually(condition: Callable[[], object], seconds: float = 120) -> None:
    """Wait until something is so; the limit is generous, because it is there for failures only."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.2)


def docker(*words: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a docker command; its output is shown if it should have succeeded and did not."""
    ended = subprocess.run(["docker", *words], capture_output=True, text=True, check=False, timeout=900)
    assert ended.returncode == 0 or not check, ended.stdout + ended.stderr
    return ended


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("0.0.0.0", 0))  # noqa: S104  as Docker will
        return int(probe.getsockname()[1])


class Appliance:
    """Both containers, under a project name of their own; with more where `files` of deploy/ say so."""

    built: tuple[str, ...] = ("app", "nginx")
    most_seconds = 900
    files: tuple[str, ...] = ()

    def __init__(self, folder: Path) -> None:
        self.project = f"microblog-test-{os.getpid()}"
        self.image = f"microblog-app:{self.project}"
        self.http_port = free_port()
        self.https_port = free_port()
        self._override = folder / "build-network.yaml"
        self._override.write_text("services:\n" + "".join(FROM_THE_HOST.format(service=name) for name in self.built))
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("MICROBLOG_", "COMPOSE_"))},
            "COMPOSE_PROJECT_NAME": self.project,
            "MICROBLOG_VERSION": self.project,
            "MICROBLOG_HTTP_PORT": str(self.http_port),
            "MICROBLOG_HTTPS_PORT": str(self.https_port),
        }

    def compose(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        files = [word for name in ("compose.yaml", *self.files, str(self._override)) for word in ("-f", name)]
        command = ["docker", "compose", *files, *words]
        ended = subprocess.run(
            command,
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=self.most_seconds,
        )
        assert ended.returncode == 0 or not check, ended.stdout + ended.stderr
        return ended

    def up(self) -> None:
        """What the README says, then wait for the first page."""
        self.compose("up", "-d")
        self.wait_until_it_answers()

    def wait_until_it_answers(self) -> None:
        eventually(lambda: self.visitor_or_none() is not None, 300)

    def visitor_or_none(self) -> Visitor | None:
        try:
            visitor = self.visitor()
            return visitor if visitor.get("/livez").status == 200 else None
        except OSError:
            return None

    def visitor(self) -> Visitor:
        """Somebody new, who trusts the authority that the appliance offers."""
        return Visitor(self.https_port, self.authority())

    def authority(self) -> str:
        with urllib.request.urlopen(f"http://localhost:{self.http_port}/ca.crt", timeout=30) as response:
            return str(response.read().decode())

    def setup_code(self) -> str:
        codes = re.findall(r"Setup code: (\S+)", self.compose("logs", "app").stdout)
        assert codes, "the log has the code for the first account"
        return str(codes[-1])

    def container(self, service: str) -> str:
        return self.compose("ps", "-a", "-q", service).stdout.strip()

    def inspect(self, service: str) -> dict[str, Any]:
        return dict(json.loads(docker("inspect", self.container(service)).stdout)[0])

    def inside(self, service: str, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.compose("exec", "-T", service, *command, check=check)

    def kill(self, program: str) -> None:
        """kill -9 the program that supervisord started with this word in its command."""
        assert self.inside("app", "python", "-c", KILL, program).stdout.strip(), f"{program} runs"

    def remove(self) -> None:
        self.compose("down", "--volumes", "--rmi", "all", "--timeout", "15", check=False)
