"""`make run` up to the moment when the program itself takes over: Python, its modules, the environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NEEDS = ("make",)


class Checkout:
    """A copy of the project without an environment; nothing is listed that would have to be installed."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        shutil.copytree(root / "deploy", folder / "deploy")
        shutil.copy(root / "Makefile", folder)
        (folder / "requirements.txt").write_text("")
        (folder / "app" / "boot").mkdir(parents=True)
        (folder / "app" / "boot" / "__main__.py").write_text('print("the program runs")\n')

    def run(self, *command: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
        # Under `make test` ours would be a make within a make, which says so on every line.
        inherited = {
            name: value for name, value in os.environ.items() if name not in ("MAKELEVEL", "MAKEFLAGS", "MFLAGS")
        }
        environment = {**inherited, "PYTHON": python}
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=300
        )

    def interpreter(self, name: str, script: str) -> str:
        """A stand-in for a Python that lacks something."""
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(path)


@pytest.fixture
def checkout(tmp_path: Path, root: Path) -> Checkout:
    return Checkout(tmp_path, root)


def refusal(ended: subprocess.CompletedProcess[str]) -> list[str]:
    """What was said, without the line that make itself adds."""
    assert ended.returncode != 0
    return [line for line in ended.stderr.splitlines() if not line.startswith("make")]


def test_an_old_python_is_refused_with_advice(checkout: Checkout) -> None:
    said = refusal(checkout.run("make", "run", python=checkout.interpreter("python3", "exit 1")))
    assert len(said) == 1
    assert "needs Python 3.11 or newer" in said[0]
    assert "sudo apt install python3 python3-venv" in said[0]


@pytest.mark.parametrize(("name", "package"), [("python3", "python3-venv"), ("python3.12", "python3.12-venv")])
def test_a_python_without_its_venv_module_is_refused_with_advice(checkout: Checkout, name: str, package: str) -> None:
    incomplete = checkout.interpreter(name, f'case "$*" in *ensurepip*) exit 1 ;; esac; exec {sys.executable} "$@"')
    said = refusal(checkout.run("make", "run", python=incomplete))
    assert len(said) == 1
    assert said[0].endswith(f"sudo apt install {package}")
    assert not (checkout.folder / ".venv").exists()


def test_a_half_made_environment_heals_and_a_whole_one_is_left_alone(checkout: Checkout) -> None:
    broken = checkout.folder / ".venv" / "bin"
    broken.mkdir(parents=True)
    (broken / "python").write_text("")
    first = checkout.run("make", "run")
    assert first.stdout == "the program runs\n", first.stderr
    second = checkout.run("make", "run")
    assert second.stdout == "the program runs\n"
    assert second.stderr == "", "nothing is installed again"


def test_help_names_every_target(checkout: Checkout) -> None:
    shown = checkout.run("make").stdout
    for target in ("run", "test", "check", "lint", "types", "lock"):
        assert f"make {target} " in shown
