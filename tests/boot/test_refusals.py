"""When it cannot start it says why in one line, with a status of its own, and changes nothing."""

from __future__ import annotations

import fcntl
import os
import socket
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from booting import Boot

from app.boot import volume
from app.boot.__main__ import main
from app.boot.refusal import Reason, Refusal

NOBODY = 65534


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder that holds data."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != ".lock"}


def refused(ended: subprocess.CompletedProcess[str], reason: Reason) -> str:
    """The one line that was said."""
    assert ended.returncode == reason, ended.stderr
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 1, ended.stderr
    assert lines[0].startswith("microblog: cannot start: ")
    assert ended.stdout == ""
    return lines[0]


@pytest.fixture
def booted(boot: Boot, data: Path) -> Path:
    """The data folder of an appliance that has run before."""
    first = boot()
    assert first.returncode == 0, first.stderr
    return data


@pytest.mark.parametrize(
    ("setting", "value"),
    [("PORT", "http"), ("PORT", "0"), ("PORT", "70000"), ("MICROBLOG_REGISTRATION", "maybe"),
     ("MICROBLOG_POST_LENGTH", "-1"), ("MICROBLOG_HTTPS", "perhaps"), ("MICROBLOG_WEB_THREADS", "\N{SUPERSCRIPT TWO}")],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_named(boot: Boot, setting: str, value: str) -> None:
    line = refused(boot(**{setting: value}), Reason.SETTING)
    assert setting in line
    assert value in line
    assert "write" in line


def test_a_folder_that_cannot_be_written_names_the_command_that_helps(boot: Boot) -> None:
    line = refused(boot(MICROBLOG_DATA_DIR="/dev/null/data"), Reason.NOT_WRITABLE)
    assert "chown" in line
    assert str(os.getuid()) in line


def test_a_folder_of_another_owner_is_refused_with_the_command_that_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.getuid() != 0:
        pytest.skip("needs root, to be somebody else")
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    # The way there is for its owner alone too, as pytest makes it; only the folder itself is to be in the way.
    monkeypatch.chdir(folder)
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        with pytest.raises(Refusal, match="Permission denied") as refusal:
            volume.check_writable(Path())
    finally:
        os.seteuid(0)
        os.setegid(0)
    assert refusal.value.reason == Reason.NOT_WRITABLE
    assert "chown -R" in str(refusal.value)
    folder.chmod(0o777)
    volume.check_writable(folder)


def test_a_run_folder_that_cannot_be_made_is_refused(boot: Boot, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    line = refused(boot(MICROBLOG_RUN_DIR=tmp_path / "file" / "run"), Reason.NOT_WRITABLE)
    assert f"cannot write to {tmp_path / 'file' / 'run'} (Not a directory)" in line
    assert "MICROBLOG_RUN_DIR" in line


def test_a_second_appliance_on_the_same_data_is_refused(boot: Boot, booted: Path) -> None:
    with (booted / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused(boot(MICROBLOG_LOCK_WAIT=0), Reason.LOCKED)
    assert boot().returncode == 0, "once the other is gone it starts"


@pytest.mark.parametrize("key", ["zzz", "x" * 31, "you-will-never-guess"])
def test_a_secret_key_that_is_no_secret_is_refused_and_not_shown(boot: Boot, key: str) -> None:
    assert key not in refused(boot(SECRET_KEY=key), Reason.SECRET_KEY)


def test_a_secret_key_file_that_cannot_be_read_is_named(boot: Boot, tmp_path: Path) -> None:
    assert str(tmp_path / "none") in refused(boot(SECRET_KEY_FILE=tmp_path / "none"), Reason.SECRET_KEY)


def test_data_of_a_later_version_is_left_alone(boot: Boot, booted: Path) -> None:
    with closing(sqlite3.connect(booted / "app.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("UPDATE fact SET value = '7.0' WHERE name = 'app_version'")
        connection.commit()
    before = contents(booted)
    assert "7.0" in refused(boot(), Reason.NEWER_DATA)
    assert contents(booted) == before


def test_a_database_that_has_vanished_is_not_begun_anew(boot: Boot, booted: Path) -> None:
    (booted / "app.db").unlink()
    assert ".initialised" in refused(boot(), Reason.VANISHED)
    assert not (booted / "app.db").exists()
    (booted / ".initialised").unlink()
    assert boot().returncode == 0, "as the advice says"


@pytest.mark.parametrize("damage", [b"this is no database" * 500, None], ids=["foreign", "torn"])
def test_a_damaged_database_is_left_alone(boot: Boot, booted: Path, damage: bytes | None) -> None:
    database = booted / "app.db"
    whole = database.read_bytes()
    # A page in the middle is gone, as after a card has failed.
    database.write_bytes(damage or whole[:8192] + b"\xff" * 4096 + whole[12288:])
    before = contents(booted)
    assert "backups" in refused(boot(), Reason.DAMAGED)
    assert contents(booted)["app.db"] == before["app.db"]


def test_a_port_that_is_taken_is_named_with_another(boot: Boot, free_port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()
        line = refused(boot(), Reason.PORT)
    assert f"port {free_port}" in line
    assert f"PORT={free_port + 1} make run" in line


MOUNTS = """\
22 1 0:20 / / rw,relatime shared:1 - overlay overlay rw
23 22 8:1 / /data rw shared:2 - {kind} /dev/sda1 rw
24 22 8:2 / /data2 rw shared:3 - ext4 /dev/sda2 rw
25 22 0:30 / /with\\040space rw - {kind} server rw
"""


@pytest.fixture
def mounts(tmp_path: Path):
    """The kernel's list of mounts, with one kind of file system at /data."""

    def write(kind: str) -> Path:
        path = tmp_path / "mountinfo"
        path.write_text(MOUNTS.format(kind=kind))
        return path

    return write


@pytest.mark.parametrize(
    ("kind", "folder", "reason"),
    [
        ("ext4", "/data", None),
        ("ext4", "/data/below", None),
        ("ext4", "/elsewhere", Reason.EPHEMERAL),
        ("tmpfs", "/data", Reason.EPHEMERAL),
        ("tmpfs", "/data2", None),
        ("nfs4", "/data", Reason.NETWORK_FILES),
        ("cifs", "/with space", Reason.NETWORK_FILES),
        ("9p", "/data/below", Reason.NETWORK_FILES),
        ("btrfs", "/data", None),
    ],
)
def test_the_kind_of_file_system_decides(mounts, kind: str, folder: str, reason: Reason | None) -> None:
    def check(*, allow: bool) -> Reason | None:
        try:
            volume.check_file_system(Path(folder), allow_ephemeral=allow, allow_network=allow, mounts=mounts(kind))
        except Refusal as refusal:
            return refusal.reason
        return None

    assert check(allow=False) == reason
    assert check(allow=True) is None, "who insists may"


def test_a_system_without_a_list_of_mounts_is_trusted(tmp_path: Path) -> None:
    volume.check_file_system(Path("/data"), allow_ephemeral=False, allow_network=False, mounts=tmp_path / "none")


def test_too_little_room_says_how_much_is_needed(tmp_path: Path) -> None:
    volume.check_space(tmp_path, 0)
    with pytest.raises(Refusal, match=r"Make room for \d+ MiB") as refusal:
        volume.check_space(tmp_path, 2**60)
    assert refusal.value.reason == Reason.NO_SPACE


def test_every_reason_has_a_status_of_its_own() -> None:
    assert len({reason.value for reason in Reason}) == len(Reason.__members__)
    assert all(64 <= reason <= 85 for reason in Reason)


def test_a_setting_may_stand_in_the_file_beside_compose_yaml_and_the_environment_counts_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text("PORT=many\nPOSTS_PER_PAGE='none'\n")
    monkeypatch.setattr("app.boot.__main__.PROJECT_ROOT", tmp_path)
    monkeypatch.setattr(os, "umask", lambda _mask: 0)
    for name in ("PORT", "POSTS_PER_PAGE"):
        monkeypatch.setenv(name, "1")
        monkeypatch.delenv(name)  # and so, whatever is read from the file, when the test is over
    said = []
    for _ in range(2):
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == Reason.SETTING
        said.append(capsys.readouterr().err)
        monkeypatch.setenv("PORT", "8000")
    assert "PORT is 'many'" in said[0]
    assert "POSTS_PER_PAGE is 'none'" in said[1]
