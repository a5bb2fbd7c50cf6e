"""What `./backup.sh` reads in .env: what Docker Compose and python-dotenv read there, or nothing and an error."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from backup_operator import Operator

# Docker with neither containers nor volumes of ours.
DOCKER_WITHOUT_DATA = """
case "$*" in
  "volume inspect"*) exit 1 ;;
  *config*) echo '{"volumes": {"data": {"name": "microblog_data"}}}' ;;
esac
"""
DOCKER_WITH_DATA = """
case "$*" in
  *config*) echo '{"volumes": {"data": {"name": "microblog_data"}}}' ;;
  *"ps --all --quiet app") echo 0123 ;;
esac
"""


@pytest.fixture
def copy(operator: Operator, root: Path) -> Path:
    """A copy of the program with a .env of its own, which is what the operator uses; its folder."""
    folder = operator.folder / "my program"
    folder.mkdir()
    shutil.copy(root / "backup.sh", folder)
    for name in ("app", "deploy", "migrations", ".venv"):
        (folder / name).symlink_to(root / name)
    operator.root = folder
    return folder


@pytest.mark.parametrize(
    "line",
    [
        "NAME=DISK",
        "export NAME=DISK",
        "NAME = DISK",
        "NAME=DISK   # the USB stick",
        "NAME=DISK\r",
        '\ufeffNAME="DISK" # c',
    ],
)
def test_a_copy_is_made_however_the_setting_is_written(operator: Operator, copy: Path, line: str) -> None:
    disk = operator.folder / "disk"
    disk.mkdir()
    text = line.replace("NAME", "MICROBLOG_BACKUP_DIR").replace("DISK", str(disk))
    (copy / ".env").write_bytes(f"{text}\nOTHER=$x\n".encode())
    operator.types()
    (backup,) = operator.backups()
    assert [path.name for path in disk.iterdir()] == [backup.name]


def test_the_environment_goes_before_the_file(operator: Operator, copy: Path) -> None:
    (copy / ".env").write_text(f"MICROBLOG_BACKUP_DIR={operator.folder / 'none'}\n")
    operator.types(MICROBLOG_BACKUP_DIR="")
    assert len(operator.backups()) == 1


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("now", "MICROBLOG_BACKUP_DIR=$HOME/x"),
        ("now", "some words"),
        ("now", "MICROBLOG_BACKUP_HOOK='x' y"),
        ("nightly", "MICROBLOG_BACKUP_DIR: /mnt"),
        ("nightly", "X='y"),
    ],
)
def test_a_setting_that_is_not_understood_fails_before_anything_is_done(
    operator: Operator, copy: Path, text: str, command: str
) -> None:
    (copy / ".env").write_text(text + "\n")
    assert "setting cannot be read" in operator.types(command, status=1)
    assert ".env, line 1: " in operator.said
    assert operator.backups() == []


def test_the_data_folder_of_the_file_is_used_though_docker_works(operator: Operator, copy: Path) -> None:
    operator.program("docker", DOCKER_WITHOUT_DATA)
    del operator.environment["MICROBLOG_DATA_DIR"]
    (copy / ".env").write_text(f"export MICROBLOG_DATA_DIR = '{operator.data}'  # on the other disk\n")
    operator.types()
    assert len(operator.backups()) == 1
    assert not [call for call in operator.calls() if " run " in call or " exec " in call]


@pytest.mark.parametrize("command", ["now", "nightly", "list", "doctor", "install"])
def test_nothing_is_made_with_docker_where_there_is_no_data(operator: Operator, copy: Path, command: str) -> None:
    operator.program("docker", DOCKER_WITHOUT_DATA)
    del operator.environment["MICROBLOG_DATA_DIR"]
    assert "there is no data yet" in operator.types(command, status=1)
    assert not [call for call in operator.calls() if " run " in call or " exec " in call or " up " in call]


def test_data_in_two_places_is_a_question(operator: Operator, copy: Path) -> None:
    operator.program("docker", DOCKER_WITH_DATA)
    del operator.environment["MICROBLOG_DATA_DIR"]
    (copy / ".env").write_text(f"MICROBLOG_DATA_DIR={operator.data}\n")
    assert f"MICROBLOG_DATA_DIR={operator.data}" in operator.types(status=1)
    assert operator.backups() == []
