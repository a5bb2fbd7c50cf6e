"""`deploy/hosts.sh`: which names and addresses it proposes, and how it puts them into .env."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.core.config import Settings

# As `ip -o addr show scope global up` says on a Pi with Docker.
INTERFACES = r"""
2: eth0    inet 192.168.1.20/24 brd 192.168.1.255 scope global dynamic noprefixroute eth0\       valid_lft 86000sec preferred_lft 75000sec
2: eth0    inet6 2001:db8:1::77/64 scope global temporary dynamic \       valid_lft 86000sec preferred_lft 14000sec
2: eth0    inet6 fd12:3456::20/64 scope global dynamic mngtmpaddr noprefixroute \       valid_lft 7000sec preferred_lft 3500sec
2: eth0    inet6 fd99::1/64 scope global deprecated dynamic \       valid_lft 7000sec preferred_lft 0sec
3: wlan0    inet 192.168.1.21/24 brd 192.168.1.255 scope global dynamic wlan0\       valid_lft 86000sec preferred_lft 75000sec
4: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0\       valid_lft forever preferred_lft forever
5: br-0123456789ab    inet 172.18.0.1/16 brd 172.18.255.255 scope global br-0123456789ab\       valid_lft forever preferred_lft forever
6: br-lan    inet 10.0.0.5/24 brd 10.0.0.255 scope global br-lan\       valid_lft forever preferred_lft forever
7: veth12ab    inet 169.254.1.1/16 scope global veth12ab\       valid_lft forever preferred_lft forever
""".lstrip()  # noqa: E501  as it is said
PROPOSED = "raspberrypi.local raspberrypi 192.168.1.20 192.168.1.21 10.0.0.5 fd12:3456::20"
LINE = f'MICROBLOG_HOSTS="{PROPOSED}"'


@dataclass
class Machine:
    """A project's folder, and commands that say what a machine's would."""

    folder: Path
    name: str = "RaspberryPi"

    @property
    def file(self) -> Path:
        return self.folder / ".env"

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        commands = self.folder / "bin"
        for command, said in (("ip", INTERFACES), ("uname", self.name + "\n")):
            (commands / f"{command}.txt").write_text(said)
            (commands / command).write_text(f'#!/bin/sh\ncat "{commands}/{command}.txt"\n')
            (commands / command).chmod(0o755)
        environment = os.environ | {"PATH": f"{commands}:{os.environ['PATH']}"}
        script = self.folder / "deploy" / "hosts.sh"
        return subprocess.run([script, *words], env=environment, capture_output=True, text=True, check=False)

    def written(self, before: str = "") -> str:
        """What is in the file afterwards."""
        self.file.write_text(before)
        ended = self.run("--write")
        assert ended.returncode == 0, ended.stderr
        assert sorted(path.name for path in self.folder.iterdir()) == [".env", "bin", "deploy"], "nothing is left over"
        return self.file.read_text()


@pytest.fixture
def machine(tmp_path: Path, root: Path) -> Machine:
    (tmp_path / "bin").mkdir()
    (tmp_path / "deploy").mkdir()
    for name in ("hosts.sh", "dotenv.awk"):
        shutil.copy(root / "deploy" / name, tmp_path / "deploy")
    return Machine(tmp_path)


def test_it_shows_what_devices_at_home_use_and_nothing_of_docker(machine: Machine) -> None:
    shown = machine.run()
    assert (shown.returncode, shown.stdout) == (0, LINE + "\n")
    assert not machine.file.exists()


def test_a_name_with_a_domain_is_shown_in_all_its_forms(machine: Machine) -> None:
    machine.name = "pi.fritz.box"
    assert machine.run().stdout.startswith('MICROBLOG_HOSTS="pi.local pi pi.fritz.box 192')


def test_a_machine_without_a_name_of_its_own_has_its_addresses(machine: Machine) -> None:
    machine.name = "localhost"
    assert machine.run().stdout.startswith('MICROBLOG_HOSTS="192.168.1.20')


def test_a_new_file_is_for_its_owner_alone(machine: Machine) -> None:
    assert machine.run("--write").returncode == 0
    assert machine.file.read_text() == LINE + "\n"
    assert machine.file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A=1\n", f"A=1\n{LINE}\n"),
        ("A=1", f"A=1\n{LINE}\n"),
        ("A='$x'\n#MICROBLOG_HOSTS=\"pi\"\nB=2\n", f"A='$x'\n#MICROBLOG_HOSTS=\"pi\"\n{LINE}\nB=2\n"),
        ("A=1\nMICROBLOG_HOSTS=\nB=2\n", f"A=1\n{LINE}\nB=2\n"),
        (
            "export MICROBLOG_HOSTS='blog.example.org, 192.168.1.20' # ours\nB=2\n",
            f'MICROBLOG_HOSTS="blog.example.org 192.168.1.20 {PROPOSED.replace(" 192.168.1.20", "")}"\nB=2\n',
        ),
        ("MICROBLOG_HOSTS=old.local\nMICROBLOG_HOSTS=new.local\n", f'MICROBLOG_HOSTS="new.local {PROPOSED}"\n'),
        ("\ufeffMICROBLOG_HOSTS = old.local # c\r\nB=1\r\n", f'MICROBLOG_HOSTS="old.local {PROPOSED}"\nB=1\n'),
        ("MICROBLOG_HOSTS_OLD=x\n", f"MICROBLOG_HOSTS_OLD=x\n{LINE}\n"),
    ],
)
def test_the_line_goes_into_the_file_and_all_else_stays(machine: Machine, before: str, after: str) -> None:
    assert machine.written(before) == after
    assert machine.written(after) == after, "a second time changes nothing"


def test_what_it_writes_is_what_the_program_reads(machine: Machine, tmp_path: Path) -> None:
    from dotenv import dotenv_values  # noqa: PLC0415

    machine.written()
    values = dotenv_values(machine.file)
    assert values["MICROBLOG_HOSTS"] == PROPOSED
    settings = Settings.from_environment({"MICROBLOG_DATA_DIR": str(tmp_path), "MICROBLOG_HOSTS": PROPOSED})
    assert settings.hosts == tuple(PROPOSED.split())


def test_mode_and_a_link_to_elsewhere_stay(machine: Machine, tmp_path: Path) -> None:
    elsewhere = tmp_path / "deploy" / "shared"
    elsewhere.write_text("A=1\n")
    elsewhere.chmod(0o640)
    machine.file.symlink_to("deploy/shared")
    assert machine.run("--write").returncode == 0
    assert machine.file.is_symlink()
    assert elsewhere.read_text() == f"A=1\n{LINE}\n"
    assert elsewhere.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "line",
    ["MICROBLOG_HOSTS=${OTHER}", 'MICROBLOG_HOSTS="pi.local', "MICROBLOG_HOSTS=$(x)", "A='\nMICROBLOG_HOSTS=1\n'"],
)
def test_a_line_that_it_does_not_understand_is_left_alone(machine: Machine, line: str) -> None:
    machine.file.write_text(f"{line}\n")
    refused = machine.run("--write")
    assert refused.returncode == 64
    assert "nothing was changed" in refused.stderr
    assert machine.file.read_text() == f"{line}\n"


def test_other_words_are_refused(machine: Machine) -> None:
    refused = machine.run("--wriet")
    assert refused.returncode == 64
    assert "--write puts it there" in refused.stderr
