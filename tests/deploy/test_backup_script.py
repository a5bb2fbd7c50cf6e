"""`./backup.sh` for an appliance of `make run`: the real script, from another folder, on a real appliance."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from backup_operator import Operator
from processes import LIMIT_SECONDS, eventually


@pytest.fixture
def running(operator: Operator) -> Iterator[subprocess.Popen[bytes]]:
    """The appliance, up."""
    with (operator.folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.boot"],
            cwd=operator.root,
            env=operator.environment,
            stdout=output,
            stderr=output,
        )
    pid_file = operator.folder / "run" / "supervisord.pid"
    eventually(lambda: pid_file.exists() and pid_file.read_text().strip())
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.wait(LIMIT_SECONDS)


def test_help_tells_every_command_and_an_unknown_one_is_refused(operator: Operator) -> None:
    operator.types("--help")
    for command in ("list", "verify", "restore", "drill", "doctor", "install", "uninstall"):
        assert f"./backup.sh {command}" in operator.said
    assert "--help" in operator.types("everything", status=1)
    assert "list" in operator.types("restore", status=1)


def test_make_list_verify_and_restore_with_the_appliance_down(operator: Operator) -> None:
    made = operator.types()
    (first,) = operator.backups()
    assert made.startswith(f"made {first.name}: ")
    assert operator.types("list").startswith("the newest is 0 hours old")
    assert operator.types("verify").startswith(f"{first.name} is sound")
    operator.write_fact("new")
    elsewhere = operator.folder / first.name
    shutil.move(first, elsewhere)
    assert operator.types("verify", first.name).startswith(f"{first.name} is sound"), "a file where one types"
    assert operator.types("restore", first.name).startswith(f"restored {first.name}: ")
    assert "make run" in operator.said
    assert operator.facts() >= {"old"}
    assert "new" not in operator.facts()
    (aside,) = operator.data.glob("before-restore-*")
    assert str(aside) in operator.said
    elsewhere.write_bytes(elsewhere.read_bytes()[:500])
    assert "not restored" in operator.types("restore", str(elsewhere), status=1)
    assert "damaged" in operator.said
    assert "damaged" in operator.types("verify", str(elsewhere), status=1)


def test_with_the_appliance_up_it_is_stopped_for_a_restore_only(
    operator: Operator, running: subprocess.Popen[bytes]
) -> None:
    operator.types("now")
    assert running.poll() is None
    operator.write_fact("new")
    operator.types("restore", operator.backups()[0].name)
    assert running.wait(LIMIT_SECONDS) == 0
    assert "new" not in operator.facts()


def test_a_failure_is_the_last_line_and_the_status(operator: Operator) -> None:
    operator.program("curl")
    (operator.data / "app.db").write_bytes(b"no database" * 1000)
    assert operator.types(status=1, MICROBLOG_BACKUP_PING_URL="https://ping.example.org/1").startswith("backup.sh: ")
    assert "cannot copy" in operator.said
    assert operator.calls()[-1].endswith("https://ping.example.org/1/fail")


def test_a_copy_goes_to_another_disk_and_the_hook_and_the_address_are_called(operator: Operator) -> None:
    disk = operator.folder / "a disk"
    disk.mkdir()
    for minute in range(12):
        (disk / f"microblog-20200101T00{minute:02}00Z-v0.1.0.tar.gz").touch()
    (disk / "letter.txt").touch()
    operator.program("curl")
    operator.program("hook")
    settings = {
        "MICROBLOG_BACKUP_DIR": disk,
        "MICROBLOG_BACKUP_HOOK": operator.programs / "hook",
        "MICROBLOG_BACKUP_PING_URL": "https://ping.example.org/1",
    }
    operator.types(**settings)
    (backup,) = operator.backups()
    copy = disk / backup.name
    assert copy.read_bytes() == backup.read_bytes()
    assert copy.stat().st_mode & 0o777 == 0o600
    assert operator.calls()[0] == f"hook {copy}"
    assert operator.calls()[1].endswith(" https://ping.example.org/1")
    left = sorted(path.name for path in disk.iterdir())
    assert left == ["letter.txt", *[f"microblog-20200101T00{n}00Z-v0.1.0.tar.gz" for n in (10, 11)], backup.name]


def test_a_disk_that_is_not_mounted_and_a_hook_that_fails_are_failures(operator: Operator) -> None:
    assert "mounted" in operator.types(status=1, MICROBLOG_BACKUP_DIR=operator.folder / "none")
    operator.program("hook", "exit 3")
    last = operator.types(status=1, MICROBLOG_BACKUP_HOOK=operator.programs / "hook")
    assert "status 3" in last
    assert "the backup itself is made" in last
    assert len(operator.backups()) == 2
    assert not list(operator.folder.glob("tmp*"))


def test_a_copy_is_encrypted_for_a_recipient(operator: Operator) -> None:
    disk = operator.folder / "disk"
    disk.mkdir()
    operator.program("age", "base64")
    operator.types(MICROBLOG_BACKUP_DIR=disk, MICROBLOG_BACKUP_AGE_RECIPIENT="age1stick")
    (copy,) = disk.iterdir()
    assert copy.name == operator.backups()[0].name + ".age"
    assert operator.calls() == ["age --encrypt --recipient age1stick"]
    operator.program("age", "exit 1")
    operator.types(status=1, MICROBLOG_BACKUP_DIR=disk, MICROBLOG_BACKUP_AGE_RECIPIENT="age1stick")
    assert len(list(disk.iterdir())) == 1


def test_what_age_encrypted_its_key_decrypts_and_the_script_says_how(operator: Operator) -> None:
    if shutil.which("age") is None:
        pytest.skip("needs age")
    key = operator.folder / "key"
    subprocess.run(["age-keygen", "-o", key], check=True, capture_output=True)
    recipient = subprocess.run(["age-keygen", "-y", key], check=True, capture_output=True, text=True).stdout.strip()
    disk = operator.folder / "disk"
    disk.mkdir()
    operator.types(MICROBLOG_BACKUP_DIR=disk, MICROBLOG_BACKUP_AGE_RECIPIENT=recipient)
    (copy,) = disk.iterdir()
    (backup,) = operator.backups()
    assert "age --decrypt" in operator.types("restore", str(copy), status=1)
    clear = subprocess.run(["age", "--decrypt", "--identity", key, copy], check=True, capture_output=True).stdout
    assert clear == backup.read_bytes()


def test_the_hook_of_the_readme_sends_it_to_restic_and_it_comes_back(operator: Operator, root: Path) -> None:
    if shutil.which("restic") is None:
        pytest.skip("needs restic")
    (line,) = [line for line in (root / "README.md").read_text().splitlines() if line.startswith("`restic -r ")]
    repository = operator.folder / "repository"
    operator.environment |= {
        "RESTIC_PASSWORD": "a password",
        "RESTIC_CACHE_DIR": str(operator.folder / "cache"),
        "HOME": str(operator.folder),
    }
    restic = ["restic", "-r", str(repository), "--quiet"]
    subprocess.run([*restic, "init"], check=True, env=operator.environment, capture_output=True)
    hook = operator.folder / "hook"
    hook.write_text("#!/bin/sh\n" + line.strip("`.").replace("/mnt/nas/microblog", str(repository)) + "\n")
    hook.chmod(0o755)
    operator.types(MICROBLOG_BACKUP_HOOK=hook)
    (backup,) = operator.backups()
    listed = subprocess.run(
        [*restic, "ls", "latest"], check=True, env=operator.environment, capture_output=True, text=True
    )
    (path,) = [each for each in listed.stdout.splitlines() if each.endswith(backup.name)]
    found = subprocess.run([*restic, "dump", "latest", path], check=True, env=operator.environment, capture_output=True)
    assert found.stdout == backup.read_bytes()
    repository.rename(operator.folder / "away")
    assert "the backup itself is made" in operator.types(status=1, MICROBLOG_BACKUP_HOOK=hook)


def test_install_uses_systemd_and_uninstall_takes_it_away(operator: Operator) -> None:
    units = operator.folder / "units"
    units.mkdir()
    operator.program("systemctl")
    assert "systemd" in operator.types("install", UNIT_DIR=units)
    assert f'ExecStart="{operator.root}/backup.sh" nightly' in (units / "microblog-backup.service").read_text()
    timer = (units / "microblog-backup.timer").read_text()
    assert "Persistent=true" in timer
    assert "RandomizedDelaySec=" in timer
    assert "systemctl enable --now microblog-backup.timer" in operator.calls()
    if shutil.which("systemd-analyze"):
        checked = subprocess.run(
            ["systemd-analyze", "verify", *units.iterdir()], capture_output=True, text=True, check=False
        )
        assert str(units) not in checked.stderr
    operator.types("uninstall", UNIT_DIR=units)
    assert list(units.iterdir()) == []
    assert "systemctl disable --now microblog-backup.timer" in operator.calls()


def test_without_systemd_cron_does_it_and_other_lines_stay(operator: Operator) -> None:
    table = operator.folder / "crontab"
    table.write_text("1 2 * * * something else\n")
    operator.program(
        "crontab", f'if [[ $1 == -l ]]; then cat "{table}"; else cat >"{table}.new"; mv "{table}.new" "{table}"; fi'
    )
    for _ in range(2):
        assert "cron" in operator.types("install")
    lines = table.read_text().splitlines()
    assert lines[0] == "1 2 * * * something else"
    assert [line.split()[0] for line in lines[1:]] == ["0", "@reboot"], "installed twice it is there once"
    assert f"{operator.root}/backup.sh nightly" in lines[1]
    assert f"{operator.root}/backup.sh missed" in lines[2]
    operator.types("uninstall")
    assert table.read_text() == "1 2 * * * something else\n"


def test_the_timer_makes_one_every_night_and_a_missed_one_only_if_there_is_none(operator: Operator) -> None:
    assert "was restored, started and logged in to" in operator.types("nightly"), "the drill of the month"
    assert "\nmade " in f"\n{operator.said}"
    assert "not older than" in operator.types("missed")
    assert len(operator.backups()) == 1
    assert operator.types("nightly").startswith("made "), "so that every night has its copy on the other disk"


def test_when_the_timer_fails_admins_get_a_letter(operator: Operator) -> None:
    mail = {"MAIL_SERVER": "mail.example.org", "ADMINS": "root@example.org"}
    away = operator.folder / "not mounted"
    operator.types("now", status=1, MICROBLOG_BACKUP_DIR=away, **mail)
    assert operator.letters() == [], "whoever types it reads it"
    operator.types("nightly", status=1, MICROBLOG_BACKUP_DIR=away, **mail)
    (letter,) = operator.letters()
    assert letter["recipient"] == "root@example.org"
    assert str(away) in letter["text"]
