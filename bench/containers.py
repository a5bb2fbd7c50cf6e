"""The containers for measuring: a project for each, built from this checkout, removed afterwards."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from .appliance import wait_for_first_page
from .tree import Tree

ROOT = Path(__file__).parents[1]
IMAGES = "microblog-bench"
SERVICES = ("app", "nginx")
# Builds use the host's network, which machines need that reach their package mirror only from there.
OVERRIDE = """
services:
  app: {build: {network: host}, cpus: %(cpus)s, environment: {MICROBLOG_SEARCH: "%(search)s"}}
  nginx: {build: {network: host}, cpus: %(cpus)s}
"""


class Containers:
    """Both containers behind https, on free ports; with the database in `folder`, if there is one."""

    start_is = "`docker compose up -d`, images at hand, to the first page over https"

    def __init__(self, folder: Path, *, cpus: float = 0, **settings: str) -> None:
        """Give them so many processors each, 0 for all of them."""
        self._database = folder / "data" / "app.db"
        self._override = folder / "bench.yaml"
        self._override.write_text(OVERRIDE % {"cpus": cpus, "search": settings.get("MICROBLOG_SEARCH", "whoosh")})
        self._http, self._https = _free_port(), _free_port()
        self.address = f"https://localhost:{self._https}"
        self.context: ssl.SSLContext | None = None
        self.started_after = 0.0

    def __enter__(self) -> Self:
        try:
            return self._start()
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def _start(self) -> Self:
        self._compose("build")
        if self._database.exists():
            self._bring_along()
        begun = time.monotonic()
        self._compose("up", "-d")
        self.started_after = wait_for_first_page(begun, self._answers, lambda: False, lambda: self._compose("logs"))
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._compose("down", "--volumes", "--timeout", "15")

    @property
    def setup_code(self) -> str:
        """The one-time code that the start printed."""
        return re.findall(r"Setup code: (\S+)", self._compose("logs", "app"))[-1]

    @property
    def tree(self) -> Tree:
        """The processes in both."""
        containers = [self._compose("ps", "-q", service).strip() for service in SERVICES]
        told = _run("docker", "inspect", "--format", "{{.State.Pid}}", *containers)
        return Tree(tuple(int(word) for word in told.split()))

    def _compose(self, *words: str, given: IO[bytes] | None = None) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MICROBLOG_")}
        settings = {
            # two at once need a name each; the images are the same
            "COMPOSE_PROJECT_NAME": f"{IMAGES}-{self._https}",
            "MICROBLOG_VERSION": IMAGES,
            "MICROBLOG_HTTP_PORT": f"{self._http}",
            "MICROBLOG_HTTPS_PORT": f"{self._https}",
        }
        command = ["docker", "compose", "-f", "compose.yaml", "-f", str(self._override), *words]
        return _run(*command, environment=environment | settings, given=given)

    def _bring_along(self) -> None:
        # as the user that it will belong to
        write = ["run", "--rm", "--no-deps", "-T", "--entrypoint", "sh", "app", "-c", "cat >/data/app.db"]
        with self._database.open("rb") as content:
            self._compose(*write, given=content)

    def _answers(self) -> bool:
        try:
            if self.context is None:
                with urllib.request.urlopen(f"http://localhost:{self._http}/ca.crt", timeout=5) as answer:
                    self.context = ssl.create_default_context(cadata=answer.read().decode())
            with urllib.request.urlopen(f"{self.address}/livez", timeout=5, context=self.context) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False


def reason_against() -> str | None:
    """Why containers can't be measured here; None if they can."""
    if shutil.which("docker") is None:
        return "docker is missing"
    return (
        None
        if os.geteuid() == 0
        else "only root sees what other users' processes take: sudo env BENCH_DOCKER=1 make bench"
    )


def size_over_base(service: str, base: str) -> int:
    """Bytes that a machine downloads which has the base already: the layers on top of it, compressed."""
    image = f"microblog-{service}:{IMAGES}"
    below = len(json.loads(_run("docker", "image", "inspect", base))[0]["RootFS"]["Layers"])
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".bench-") as folder:
        saved = Path(folder) / "image.tar"
        _run("docker", "save", "--output", str(saved), image)
        with tarfile.open(saved) as archive:
            layers = json.loads(_member(archive, "manifest.json"))[0]["Layers"][below:]
            return sum(len(gzip.compress(_member(archive, layer), 6)) for layer in layers)


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    found = archive.extractfile(name)
    if found is None:
        raise RuntimeError(f"docker save: {name} is no file")
    return found.read()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("0.0.0.0", 0))  # noqa: S104  as Docker will
        return int(probe.getsockname()[1])


def _run(*command: str, environment: dict[str, str] | None = None, given: IO[bytes] | None = None) -> str:
    ended = subprocess.run(command, cwd=ROOT, env=environment, stdin=given, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{ended.stdout}{ended.stderr}")
    return ended.stdout
