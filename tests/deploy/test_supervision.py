"""The process tree: a crash is answered by a restart, a program that cannot be kept up by stopping everything."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

HEALTHY_WORKER = "import signal\nsignal.sigwait([signal.SIGTERM])\n"
BROKEN_WORKER = "raise SystemExit('broken on purpose')\n"
WEB = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]
"""


class Tree:
    """supervisord with the product's configuration, over a stand-in for the application."""

    def __init__(self, folder: Path, root: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        shutil.copytree(root / "deploy", folder / "deploy")
        (folder / "app").mkdir()
        (folder / "app" / "__init__.py").write_text("")
        (folder / "app" / "wsgi.py").write_text(WEB)
        self.process: subprocess.Popen[str] | None = None

    def start(self, worker: str) -> subprocess.Popen[str]:
        (self.folder / "app" / "worker.py").write_text(worker)
        environment = {
            **os.environ,
            "PYTHON": sys.executable,
            "MICROBLOG_ROOT": str(self.folder),
            "MICROBLOG_RUN_DIR": str(self.folder),
            "MICROBLOG_BIND": "127.0.0.1",
            "PORT": str(self.port),
        }
        configuration = str(self.folder / "deploy" / "supervisord.conf")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "supervisor.supervisord", "-c", configuration],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        return self.process

    def child(self, word: str) -> int:
        """The process that supervisord started with this word in its command; 0 if there is none."""
        assert self.process is not None
        listed = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return next((int(line.split()[0]) for line in listed.stdout.splitlines() if word in line), 0)

    def healthy(self) -> bool:
        check = subprocess.run(
            [self.folder / "deploy" / "healthcheck.sh"], env={**os.environ, "PORT": str(self.port)},
            capture_output=True, check=False,
        )  # fmt: skip
        return check.returncode == 0


@pytest.fixture
def tree(tmp_path: Path, root: Path, free_port: int) -> Iterator[Tree]:
    if shutil.which("ps") is None:
        pytest.skip("needs ps")
    tree = Tree(tmp_path, root, free_port)
    yield tree
    if tree.process is not None:
        tree.process.terminate()
        tree.process.communicate(timeout=30)


@pytest.fixture(scope="module")
def listener(root: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location("fatal_listener", root / "deploy" / "fatal_listener.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def eventually(condition: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.1)


def test_killed_programs_come_back_and_a_stop_is_clean(tree: Tree) -> None:
    process = tree.start(HEALTHY_WORKER)
    eventually(lambda: tree.healthy() and tree.child("app.worker"))
    for word in ("gunicorn", "app.worker"):
        killed = tree.child(word)
        os.kill(killed, signal.SIGKILL)
        eventually(lambda word=word, killed=killed: tree.child(word) not in (0, killed))
    eventually(tree.healthy)
    process.terminate()
    output = process.communicate(timeout=30)[0]
    assert process.returncode == 0, output
    assert not tree.healthy()


def test_ctrl_c_stops_everything(tree: Tree) -> None:
    process = tree.start(HEALTHY_WORKER)
    eventually(lambda: tree.healthy() and tree.child("app.worker"))
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    assert not tree.healthy()


def test_a_program_that_does_not_start_stops_everything(tree: Tree) -> None:
    process = tree.start(BROKEN_WORKER)
    output = process.communicate(timeout=120)[0]
    assert process.returncode == 0
    assert "broken on purpose" in output
    assert "worker does not start; stopping" in output


def test_a_few_exits_are_crashes_and_more_are_a_broken_program(listener: ModuleType) -> None:
    exits = listener.ExitCounter()
    allowed = [exits.add("worker", now=float(second)) for second in range(listener.EXITS_ALLOWED)]
    assert not any(allowed)
    assert not exits.add("web", now=10.0), "each program is counted by itself"
    assert exits.add("worker", now=10.0)


def test_exits_that_are_long_past_do_not_count(listener: ModuleType) -> None:
    exits = listener.ExitCounter()
    assert not any(exits.add("worker", now=number * listener.WINDOW_SECONDS / 4) for number in range(50))
