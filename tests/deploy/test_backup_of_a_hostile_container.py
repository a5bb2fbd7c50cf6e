"""`./backup.sh` runs as root on the host, and whoever has taken over the container chooses what that prints."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from backup_operator import Operator

from app.backup.retention import superfluous

TODAY = "microblog-{now}-v1.0.tar.gz"
OLD = "microblog-20260101T000000Z-v0.9.tar.gz"
# Neither printed after "made " nor received may these be used.
NAMES = (
    "../victim/written", "/root/written", ".", "written", f"../{TODAY}",
    f"{TODAY}/../../victim/written", f"{TODAY}.age.sh", TODAY.replace("v1.0", "v1/../../victim/x"),
    TODAY.replace("v1.0", "v" + "1" * 300), f"{TODAY};touch written", TODAY.replace("v1.0", "v$(touch${IFS}written)"),
)  # fmt: skip
NOT_OF_TODAY = (
    "",
    "microblog-20261331T000000Z-v1.0.tar.gz",
    "microblog-20200101T000000Z-v1.0.tar.gz",
    "microblog-99991231T235959Z-v1.0.tar.gz",
    f"-rf {TODAY}",
)


def fill(name: str) -> str:
    """Return the name with the time of now in it."""
    return name.replace("{now}", f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}")


@pytest.fixture
def disk(operator: Operator) -> Path:
    """Another disk, with an old copy and a folder beside it that must not be touched."""
    disk = operator.folder / "disk"
    disk.mkdir()
    (disk / OLD).touch()
    victim = operator.folder / "victim"
    victim.mkdir()
    (victim / "precious").touch()
    del operator.environment["MICROBLOG_DATA_DIR"]
    operator.environment |= {"COMPOSE_PROJECT_NAME": "x", "MICROBLOG_BACKUP_DIR": str(disk)}
    return disk


def answer_with(operator: Operator, **answers: str) -> None:
    """Let the container print what a command of `flask backup` is answered with."""
    cases = "".join(f"  *'flask backup {command}'*) cat '{operator.folder / command}' ;;\n" for command in answers)
    for command, text in answers.items():
        (operator.folder / command).write_bytes(text.encode())
    operator.program("docker", f'case "$*" in\n  *"ps --status running --quiet app") echo 1 ;;\n{cases}esac')


def contents(operator: Operator) -> set[str]:
    """Return all files in the operator's folder."""
    return {str(path.relative_to(operator.folder)) for path in operator.folder.rglob("*")}


@pytest.mark.parametrize("name", [*NAMES, *NOT_OF_TODAY])
def test_a_name_that_is_not_that_of_a_backup_of_today_is_not_used(operator: Operator, disk: Path, name: str) -> None:
    answer_with(operator, now=f"made {fill(name)}: 1 rows\n", send="* * * * * root id\n")
    before = contents(operator)
    assert operator.types(status=1).startswith("backup.sh: no copy was made: ")
    assert contents(operator) == before


def test_a_backup_that_is_not_named_is_a_failure(operator: Operator, disk: Path) -> None:
    answer_with(operator, now="all is well\n")
    assert operator.types(status=1).startswith("backup.sh: no copy was made: ")


def test_no_copy_is_deleted_because_the_container_says_so(operator: Operator, disk: Path) -> None:
    new = fill(TODAY)
    answer_with(operator, now=f"made {new}: 1 rows\n", send="x", superfluous=f"../victim/precious\n{OLD}\n{new}\n")
    operator.types()
    assert {path.name for path in disk.iterdir()} == {OLD, new}
    assert (operator.folder / "victim" / "precious").exists()


def test_a_terminal_gets_no_commands_from_the_container(operator: Operator, disk: Path) -> None:
    answer_with(operator, list="\x1b]0;title\x07\x9b2J\x1b[2Ja\x00b\x7f \u00e9\u4e2d\ttab\x9d\r\n")
    operator.types("list")
    assert operator.said == "]0;title2J[2Jab \u00e9\u4e2d\ttab\n"


@pytest.mark.parametrize("name", NAMES)
def test_only_a_backup_is_restored_under_the_name_that_the_container_gives(
    operator: Operator, disk: Path, name: str
) -> None:
    answer_with(operator, receive=f"received {fill(name)}", verify="")
    upload = operator.folder / "mine.tar.gz"
    upload.touch()
    operator.types("restore", str(upload), status=1)
    assert not [call for call in operator.calls() if " stop " in call or " up " in call]


@pytest.mark.parametrize("seed", range(4))
def test_copies_are_pruned_as_the_backups_are(operator: Operator, disk: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret
    span = [3, 40, 400, 2000][seed]
    now = datetime.now(UTC).replace(microsecond=0)
    times = {now} | {now - timedelta(hours=chance.randrange(1, span * 24)) for _ in range(60)}
    names = {time: f"microblog-{time:%Y%m%dT%H%M%SZ}-v1.0.tar.gz{chance.choice(['', '.age'])}" for time in times}
    next(disk.iterdir()).unlink()
    for name in names.values():
        (disk / name).touch()
    answer_with(operator, now=f"made {names[now].removesuffix('.age')}: 1 rows\n", send="x")
    operator.types()
    gone = {names[time] for time in superfluous(times)}
    assert {path.name for path in disk.iterdir()} - {names[now].removesuffix(".age")} == set(names.values()) - gone - {
        names[now].removesuffix(".age")
    }
    assert gone
