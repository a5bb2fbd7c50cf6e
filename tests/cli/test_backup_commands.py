"""`flask backup` as `./backup.sh` and operators call it: the status is the truth, and so is the last line."""

from __future__ import annotations

import io
import tarfile

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from people import People

from app.backup.store import Store
from app.core.config import Settings

pytestmark = pytest.mark.sqlite("a server has a tool of its own for backups")


@pytest.fixture
def runner(app: Flask, people: People) -> FlaskCliRunner:
    people.post("alice", "worth keeping")
    return app.test_cli_runner()


def run(runner: FlaskCliRunner, *words: str, status: int = 0, standard_input: bytes = b"") -> str:
    result: Result = runner.invoke(args=["backup", *words], input=standard_input)
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    return result.output.strip().splitlines()[-1] if result.output else ""


def test_a_backup_is_made_listed_and_verified(runner: FlaskCliRunner, settings: Settings) -> None:
    assert run(runner, "list") == "there is no backup yet"
    assert "there is no backup yet" in run(runner, "verify", status=1)
    made = run(runner, "now")
    newest = Store(settings.data_dir).newest()
    assert newest is not None
    assert made.startswith(f"made {newest.path.name}: ")
    assert run(runner, "list").startswith("the newest is 0 hours old")
    for words in ([], [newest.path.name], [str(newest.path)]):
        assert run(runner, "verify", *words).startswith(f"{newest.path.name} is sound: ")
    newest.path.write_bytes(newest.path.read_bytes()[:-3])
    newest.path.with_name(newest.path.name.replace("microblog-2", "microblog-1")).write_bytes(b"no backup")
    assert "damaged" in runner.invoke(args=["backup", "list"]).output
    assert "damaged" in run(runner, "verify", status=1)
    assert "no backup nothing" in run(runner, "verify", "nothing", status=1)


def test_while_another_is_being_made_the_status_is_75(runner: FlaskCliRunner, settings: Settings) -> None:
    with Store(settings.data_dir).workspace():
        assert "at this moment" in run(runner, "now", status=75)


def test_the_authority_is_taken_from_standard_input(runner: FlaskCliRunner) -> None:
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        folder = tarfile.TarInfo("ca")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name in ("ca/ca.crt", "ca/ca.key"):
            member = tarfile.TarInfo(name)
            member.size = 3
            archive.addfile(member, io.BytesIO(b"pem"))
    assert "with the certificate authority" in run(runner, "now", "--authority", "-", standard_input=tar.getvalue())
    assert "could not be read" in run(runner, "now", "--authority", "-", status=1, standard_input=b"")


def test_what_is_left_of_before_is_listed_and_removed_when_somebody_says_so(
    runner: FlaskCliRunner, settings: Settings
) -> None:
    assert run(runner, "old") == "there is none"
    folder = settings.data_dir / "before-restore-20260101T000000Z"
    folder.mkdir()
    (folder / "app.db").touch()
    assert run(runner, "old").startswith(f"{folder.name}\t0.0 MiB\t")
    assert "Aborted" in run(runner, "remove-old", folder.name, status=1, standard_input=b"n\n")
    assert folder.exists()
    assert run(runner, "remove-old", folder.name, standard_input=b"y\n") == f"removed {folder.name}"
    assert not folder.exists()
    assert "there is no" in run(runner, "remove-old", folder.name, "--yes", status=1)
