"""`./backup.sh` for the product: with the application up and down, interrupted, and onto a new machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from appliance import PASSWORD, ROOT, Appliance, docker, eventually
from visitor import Visitor

pytestmark = pytest.mark.system


class Machine(Appliance):
    """An appliance with a project of its own, and somebody at its shell."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder)
        # one pair of images for all machines
        self.project = f"microblog-backup-{os.getpid()}-{name}"
        self._environment["COMPOSE_PROJECT_NAME"] = self.project
        self._environment["COMPOSE_FILE"] = f"{ROOT / 'compose.yaml'}:{self._override}"
        self._folder = folder

    def start(self, *words: str | Path, **settings: object) -> subprocess.Popen[str]:
        environment = self._environment | {name: str(value) for name, value in settings.items()}
        return subprocess.Popen(
            [ROOT / "backup.sh", *words], cwd=self._folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip

    def types(self, *words: str | Path, status: int = 0, **settings: object) -> str:
        """Run the script; the last line that it says."""
        process = self.start(*words, **settings)
        said, complaints = process.communicate(timeout=600)
        assert process.returncode == status, said + complaints
        assert "Traceback" not in complaints
        return (complaints if status else said).strip().splitlines()[-1]


def log_in(machine: Machine) -> Visitor:
    visitor = machine.visitor()
    visitor.submit("/auth/login", username="alice", password=PASSWORD, remember_me="y")
    assert visitor.get("/index").path in ("/", "/index")
    return visitor


def shows(visitor: Visitor, word: str) -> bool:
    answer = visitor.get("/explore")
    assert answer.status == 200
    return word in answer.text


@pytest.fixture(scope="module")
def machine(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine that has run for a while: alice, a post, and a backup on another disk."""
    machine = Machine(tmp_path_factory.mktemp("machine"), "old")
    try:
        machine.compose("build")
        machine.up()
        machine.visitor().submit(
            "/setup", code=machine.setup_code(), username="alice", email="alice@example.org",
            password=PASSWORD, password2=PASSWORD,
        )  # fmt: skip
        yield machine
    finally:
        print(machine.compose("logs", "--no-color", "--tail", "100", check=False).stdout)
        machine.remove()


@pytest.fixture(scope="module")
def alice(machine: Machine) -> Visitor:
    """Alice, logged in before any backup was made, with a post."""
    visitor = log_in(machine)
    visitor.post("harbour")
    return visitor


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another disk."""
    return tmp_path_factory.mktemp("disk")


@pytest.fixture(scope="module")
def backup(machine: Machine, alice: Visitor, disk: Path) -> Path:
    """A backup with the first post, on the other disk too."""
    made = machine.types(MICROBLOG_BACKUP_DIR=disk)
    assert "with the certificate authority" in made
    (copy,) = disk.iterdir()
    return copy


def test_a_backup_is_made_while_everything_runs(machine: Machine, backup: Path) -> None:
    started = machine.inspect("app")["State"]["StartedAt"]
    assert backup.name in machine.types("verify")
    assert "hours old" in machine.types("list")
    assert machine.inspect("app")["State"]["StartedAt"] == started


def test_restored_everything_is_as_it_was_and_visitors_are_told_meanwhile(
    machine: Machine, alice: Visitor, backup: Path
) -> None:
    later = log_in(machine)
    later.post("afterwards")
    assert shows(alice, "afterwards")
    statuses: set[int] = set()
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            statuses.add(machine.visitor().get("/livez").status)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        told = machine.types("restore", backup.name)
    finally:
        over.set()
        looking.join()
    assert told.startswith(f"restored {backup.name}: ")
    assert "as many rows in every table" in told
    assert 503 in statuses
    assert shows(alice, "harbour"), "still logged in"
    assert not shows(alice, "afterwards")
    assert not shows(later, "harbour"), "a log-in that the backup doesn't know"
    eventually(lambda: alice.finds("harbour"))


def test_with_the_application_down_it_works_too(machine: Machine, backup: Path) -> None:
    machine.compose("stop")
    try:
        assert "with the certificate authority" in machine.types("now")
        assert "hours old" in machine.types("list")
        assert "is sound" in machine.types("verify", backup)
    finally:
        machine.up()


def test_a_damaged_file_is_refused_and_the_application_goes_on(machine: Machine, backup: Path, tmp_path: Path) -> None:
    started = machine.inspect("app")["State"]["StartedAt"]
    broken = tmp_path / backup.name
    broken.write_bytes(backup.read_bytes()[:-100])
    assert "nothing was changed" in machine.types("restore", broken, status=1)
    assert machine.inspect("app")["State"]["StartedAt"] == started


def test_interrupted_it_goes_on_when_it_is_typed_again(machine: Machine, alice: Visitor, backup: Path) -> None:
    alice.post("lost in any case")
    process = machine.start("restore", backup.name)
    assert process.stdout is not None
    # killed in whatever it does at the moment when the application has just been stopped
    assert "stopping" in process.stdout.readline()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert machine.types("restore", backup.name).startswith(f"restored {backup.name}: ")
    machine.wait_until_it_answers()
    assert shows(alice, "harbour")
    assert not shows(alice, "lost in any case")


def test_on_a_new_machine_one_command_is_enough(machine: Machine, backup: Path, tmp_path: Path) -> None:
    carried = tmp_path / "carried.tar.gz"
    shutil.copy(backup, carried)
    new = Machine(tmp_path, "new")
    try:
        told = new.types("restore", carried)
        assert told.startswith(f"restored {backup.name}: ")
        assert new.authority() == machine.authority(), "devices need not trust another one"
        visitor = log_in(new)
        assert shows(visitor, "harbour")
        assert visitor.get("/setup").status == 404
    finally:
        print(new.compose("logs", "--no-color", "--tail", "100", check=False).stdout)
        new.compose("down", "--volumes", "--timeout", "15", check=False)


def test_a_drill_tries_the_newest_one_without_a_network_and_leaves_nothing(machine: Machine, backup: Path) -> None:
    told = machine.types("drill")
    assert "was restored, started and logged in to" in told
    assert "drill" not in docker("volume", "ls", "--quiet", "--filter", "name=microblog-drill-").stdout
    ready = "import urllib.request as u; print(u.urlopen('http://localhost:8000/readyz').read().decode())"
    assert '"went well' in machine.inside("app", "python", "-c", ready).stdout


def test_the_doctor_looks_at_all_of_it(machine: Machine) -> None:
    process = machine.start("doctor")
    said, complaints = process.communicate(timeout=300)
    assert process.returncode in (0, 1), said + complaints
    for line in ("ok    web", "ok    worker", "ok    certificate  valid for", "ok    sqlite", "ok    volume"):
        assert line in said
