"""The process tree: a crash is answered by a restart, a program that cannot be kept up by stopping everything."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from app.boot.exits import EXITS_ALLOWED, WINDOW_SECONDS, ExitCounter

# What `python -m app.boot` does at its end, over a stand-in for the application.
SUPERVISE = """
import signal, sys, types
from pathlib import Path
from gunicorn.app.wsgiapp import run
from app.boot.supervision import supervise

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]

def healthy():
    signal.sigwait([signal.SIGTERM])

def broken():
    raise SystemExit("broken on purpose")

def hanging():
    from functools import partial
    from app.worker import _stop
    signal.signal(signal.SIGTERM, partial(_stop, types.SimpleNamespace(stop=lambda number, frame: None)))
    while True:
        signal.pause()

stand_in = types.ModuleType("app.wsgi")
stand_in.app = application
sys.modules["app.wsgi"] = stand_in
supervise(Path(sys.argv[1]), {"web": run, "worker": globals()[sys.argv[2]]})
"""


class Tree:
    """supervisord with the product's configuration, over a stand-in for the application."""

    def __init__(self, folder: Path, root: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.root = root
        self.process: subprocess.Popen[str] | None = None
        self._started: list[subprocess.Popen[str]] = []

    def start(
        self, worker: str, output: int = subprocess.PIPE, before: Sequence[str] = (), *, session: bool = False
    ) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "PYTHON": sys.executable,
            "MICROBLOG_ROOT": str(self.root),
            "MICROBLOG_RUN_DIR": str(self.folder),
            "MICROBLOG_BIND": "127.0.0.1",
            "PORT": str(self.port),
        }
        configuration = str(self.root / "deploy" / "supervisord.conf")
        self.process = subprocess.Popen(
            [*before, sys.executable, "-c", SUPERVISE, configuration, worker],
            cwd=self.root, env=environment, stdin=output if session else subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, text=True, start_new_session=session,
        )  # fmt: skip
        self._started.append(self.process)
        return self.process

    def end(self) -> None:
        """Stop whatever runs, and close what its output came through."""
        for process in self._started:
            process.terminate()
            process.wait(timeout=30)
            if process.stdout is not None:
                process.stdout.close()

    def is_up(self) -> bool:
        """Whether the web server answers and the worker runs."""
        return self.healthy() and self.child("blog-worker") != 0

    def descendants(self) -> set[int]:
        """Return the process ids of the programs and of gunicorn's workers."""
        programs = {self.child("blog-web"), self.child("blog-worker")}
        listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
        parents = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
        return programs | {pid for pid, parent in parents if parent in programs}

    def child(self, name: str) -> int:
        """The process of this name that supervisord started; 0 if there is none."""
        assert self.process is not None
        listed = subprocess.run(
            ["ps", "-o", "pid=,comm=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return next((int(line.split()[0]) for line in listed.stdout.splitlines() if line.split()[1] == name), 0)

    def healthy(self) -> bool:
        check = subprocess.run(
            [self.root / "deploy" / "healthcheck.sh"], env={**os.environ, "PORT": str(self.port)},
            capture_output=True, check=False,
        )  # fmt: skip
        return check.returncode == 0


@pytest.fixture
def tree(tmp_path: Path, root: Path, free_port: int) -> Iterator[Tree]:
    if shutil.which("ps") is None:
        pytest.skip("needs ps")
    tree = Tree(tmp_path, root, free_port)
    yield tree
    tree.end()


def eventually(condition: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.1)


def test_killed_programs_come_back_and_a_stop_is_clean(tree: Tree) -> None:
    process = tree.start("healthy")
    eventually(lambda: tree.healthy() and tree.child("blog-worker"))
    for name in ("blog-web", "blog-worker"):
        killed = tree.child(name)
        os.kill(killed, signal.SIGKILL)
        eventually(lambda name=name, killed=killed: tree.child(name) not in (0, killed))
    eventually(tree.healthy)
    process.terminate()
    output = process.communicate(timeout=30)[0]
    assert process.returncode == 0, output
    assert not tree.healthy()


def test_ctrl_c_stops_everything(tree: Tree) -> None:
    process = tree.start("healthy")
    eventually(lambda: tree.healthy() and tree.child("blog-worker"))
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    assert not tree.healthy()


def are_gone(pids: Iterable[int]) -> bool:
    """Tell whether none of these processes runs; one that only waits to be reaped does not."""
    states = subprocess.run(
        ["ps", "-o", "stat=", "-p", ",".join(map(str, pids))], capture_output=True, text=True, check=False
    )
    return all(state.startswith("Z") for state in states.stdout.split())


@pytest.mark.parametrize("worker", ["healthy", "hanging"])
def test_programs_end_when_supervisord_is_killed(tree: Tree, worker: str) -> None:
    process = tree.start(worker)
    eventually(tree.is_up)
    programs = tree.descendants()
    assert len(programs) == 3
    process.kill()
    process.wait(timeout=30)
    eventually(lambda: are_gone(programs), seconds=10)
    assert tree.start(worker)
    eventually(tree.is_up)


def test_programs_end_when_the_terminal_is_closed(tree: Tree) -> None:
    ours, theirs = os.openpty()
    process = tree.start("healthy", theirs, ["setsid", "--ctty", "--wait"], session=True)
    os.close(theirs)
    eventually(
        lambda: subprocess.run(["ps", "--ppid", str(process.pid)], capture_output=True, check=False).returncode == 0
    )
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=True
    )
    supervisord = int(listed.stdout)
    eventually(tree.healthy)
    os.close(ours)
    eventually(lambda: are_gone([supervisord]) and not tree.healthy(), seconds=20)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_programs_end_by_a_signal_though_nobody_reads_the_output(tree: Tree, number: signal.Signals) -> None:
    process = tree.start("healthy")
    eventually(tree.is_up)
    programs = tree.descendants()
    assert process.stdout is not None
    process.stdout.close()
    process.send_signal(number)
    assert process.wait(timeout=30) == 0
    assert are_gone(programs)


def test_programs_end_when_nobody_reads_the_output_any_more(tree: Tree) -> None:
    process = tree.start("healthy")
    eventually(tree.is_up)
    programs = tree.descendants()
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=30) == 0
    assert are_gone(programs)


def test_a_full_disk_under_the_log_stops_nothing(tree: Tree) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    full = os.open("/dev/full", os.O_WRONLY)
    process = tree.start("healthy", full)
    os.close(full)
    eventually(tree.is_up)
    killed = tree.child("blog-worker")
    os.kill(killed, signal.SIGKILL)  # supervisord logs that
    eventually(lambda: tree.child("blog-worker") not in (0, killed))
    assert process.poll() is None
    assert tree.healthy()


def test_nohup_keeps_the_programs_when_the_terminal_is_closed(tree: Tree) -> None:
    process = tree.start("healthy", subprocess.DEVNULL, ["nohup"])
    eventually(tree.is_up)
    process.send_signal(signal.SIGHUP)
    killed = tree.child("blog-worker")
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: tree.child("blog-worker") not in (0, killed))
    assert process.poll() is None


def test_supervisord_logs_nothing_at_a_start(tree: Tree) -> None:
    process = tree.start("healthy")
    eventually(tree.is_up)
    process.terminate()
    output = process.communicate(timeout=30)[0]
    assert "CRIT" not in output
    assert output.splitlines()[0].endswith("received SIGTERM indicating exit request")


def test_a_program_that_does_not_start_stops_everything(tree: Tree) -> None:
    process = tree.start("broken")
    output = process.communicate(timeout=120)[0]
    assert process.returncode == 0
    assert "broken on purpose" in output
    assert "worker does not start; stopping" in output


def test_a_few_exits_are_crashes_and_more_are_a_broken_program() -> None:
    exits = ExitCounter()
    allowed = [exits.add("worker", now=float(second)) for second in range(EXITS_ALLOWED)]
    assert not any(allowed)
    assert not exits.add("web", now=10.0), "each program is counted by itself"
    assert exits.add("worker", now=10.0) == "worker ended more than 5 times within 10 minutes"


def test_exits_that_are_long_past_do_not_count() -> None:
    exits = ExitCounter()
    assert not any(exits.add("worker", now=number * WINDOW_SECONDS / 4) for number in range(50))


def test_a_program_has_its_words_its_environment_and_its_status(tree: Tree) -> None:
    for ending, status in (("None", 0), ("3", 3), ("'told'", 1)):
        code = (
            "import os, sys\n"
            "from app.boot.supervision import become\n"
            "def program():\n"
            "    print(sys.argv, dict(os.environ), open('/proc/self/comm').read().strip(), flush=True)\n"
            f"    raise SystemExit({ending})\n"
            "become('worker', program, ['python', '-m', 'app.worker', '--loud'], {'ONLY': 'this'})\n"
        )
        ended = subprocess.run(
            [sys.executable, "-c", code], cwd=tree.root, capture_output=True, text=True, check=False, timeout=120
        )
        assert ended.returncode == status
        assert ended.stdout == "['app.worker', '--loud'] {'ONLY': 'this'} blog-worker\n"
        assert ("told" in ended.stderr) == (ending == "'told'")
