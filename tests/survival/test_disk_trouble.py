"""A real disk that is full, or read-only all at once: nothing breaks, and it goes on by itself when that has passed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from people import PASSWORD, People
from processes import eventually
from whole import Answer, Client, Whole

from app.backup.snapshot import sync, verify
from app.boot.refusal import Reason, Refusal
from app.boot.volume import check_writable
from app.core.config import PROJECT_ROOT, Settings
from app.core.database import db

DISK = 128 * 2**20
MOST_TRIES = 2000
SECRET = "a secret key that is long enough for the tests"


@pytest.fixture
def settings(tmp_path: Path, migrated_database: Path) -> Iterator[Settings]:
    """Settings of an appliance on a small disk of its own."""
    if os.getuid() != 0 or shutil.which("mkfs.ext4") is None:
        pytest.skip("needs root and mkfs.ext4, to make a small disk")
    data, run = tmp_path / "data", tmp_path / "run"
    data.mkdir(mode=0o700)
    run.mkdir()
    settings = Settings(data_dir=data, run_dir=run, secret_key=SECRET)
    with image_of(settings).open("wb") as file:
        file.truncate(DISK)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", image_of(settings)], check=True)
    if subprocess.run(["mount", "-o", "loop", image_of(settings), data], check=False).returncode:
        pytest.skip("needs leave to mount a small disk")
    try:
        shutil.copyfile(migrated_database, data / "app.db")
        sync(data / "app.db")
        yield settings
    finally:
        subprocess.run(["umount", "--lazy", data], check=True)


@pytest.fixture
def whole(settings: Settings, people: People, free_port: int, tmp_path: Path) -> Iterator[Whole]:
    """The appliance, running."""
    whole = Whole(settings, free_port, tmp_path / "log", MICROBLOG_BACKUP_AT="off")
    whole.start()
    yield whole
    whole.end()


@pytest.fixture
def program(people: People, whole: Whole) -> Client:
    """A program of alice's."""
    return Client(whole.address, people.program("alice"))


@pytest.fixture
def browser(whole: Whole) -> Client:
    """Alice's browser, logged in."""
    browser = Client(whole.address)
    assert browser.submit("/auth/login", username="alice", password=PASSWORD).status == 200
    return browser


def image_of(settings: Settings) -> Path:
    """The file that is the small disk."""
    return settings.data_dir.with_name("image")


def fill(folder: Path) -> Path:
    """Fill the disk to its last byte."""
    filler = folder / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (2**20, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


def change_until_refused(program: Client, user_id: int) -> Answer:
    """Change a line of somebody's profile, which is always tried, until the database itself has no room; the answer."""
    for number in range(MOST_TRIES):
        answer = program.send(f"/api/users/{user_id}", {"about_me": f"{number} {'x' * 100}"}, "PUT")
        if answer.status != 200:
            return answer
    raise AssertionError("the disk is never full")


def count(settings: Settings, question: str) -> int:
    with closing(sqlite3.connect(settings.database_path)) as connection:
        return int(connection.execute(question).fetchone()[0])


def back_up(settings: Settings) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "MICROBLOG_DATA_DIR": str(settings.data_dir),
        "MICROBLOG_RUN_DIR": str(settings.run_dir),
        "SECRET_KEY": settings.secret_key,
    }
    command = [PROJECT_ROOT / ".venv/bin/flask", "--app", "app", "backup", "now"]
    return subprocess.run(command, cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False)


def test_on_a_full_disk_one_can_read_and_delete_and_it_recovers_by_itself(
    app: Flask, settings: Settings, whole: Whole, program: Client, browser: Client
) -> None:
    assert program.post("beforehand").status == 201
    eventually(lambda: program.get("/api/search?q=beforehand").text.count("beforehand"))
    workers = whole.processes("blog-worker")
    eventually((settings.data_dir / ".ballast").exists)
    filler = fill(settings.data_dir)

    for refused in (program.post("not taken"), change_until_refused(program, 1)):
        assert (refused.status, "Insufficient Storage" in refused.text) == (507, True)
    page = browser.submit("/index", post="typed with much care")
    assert page.status == 507
    assert "typed with much care" in page.text
    assert "storage of this appliance is full" in page.text
    assert "beforehand" in browser.get("/explore").text
    assert "beforehand" in browser.get("/search?q=beforehand").text
    backup = back_up(settings)
    assert backup.returncode == 1
    assert "Traceback" not in backup.stderr
    assert program.post("still not taken").status == 507, "what was kept is for those who delete"
    another = Client(whole.address)
    assert another.submit("/auth/login", username="alice", password=PASSWORD).status == 200
    assert "Log out" in another.get("/index").text, "who makes room may have to log in first"
    assert program.send("/api/posts/1", method="DELETE").status == 204
    verify_like_the_boot(settings)
    assert whole.processes("blog-worker") == workers, whole.log.read_text()

    filler.unlink()
    eventually(lambda: browser.submit("/index", post="afterwards").status == 200)
    eventually(lambda: program.get("/api/search?q=afterwards").text.count("afterwards"))
    eventually(lambda: count(settings, "SELECT count(*) FROM job") == 0)
    assert '"beforehand' not in program.get("/api/search?q=beforehand").text
    assert whole.processes("blog-worker") == workers, whole.log.read_text()
    with closing(sqlite3.connect(settings.database_path)) as connection:
        bodies = [row[0] for row in connection.execute("SELECT body FROM post ORDER BY id")]
    assert bodies == ["afterwards"]
    assert whole.stop() == 0
    verify(settings.database_path)


def test_on_a_full_disk_people_log_out_and_are_kept_out(
    people: People, settings: Settings, whole: Whole, program: Client, browser: Client
) -> None:
    bob = Client(whole.address)
    assert bob.submit("/auth/login", username="bob", password=PASSWORD).status == 200
    ballast = settings.data_dir / ".ballast"
    eventually(ballast.exists)
    fill(settings.data_dir)
    assert change_until_refused(program, 1).status == 507
    assert ballast.exists(), "logging out is the first that needs it"
    assert bob.submit("/auth/logout", form_at="/auth/security").status == 200
    assert "Log in" in bob.get("/index").text
    assert count(settings, "SELECT count(*) FROM browser_session WHERE user_id = 2") == 0
    assert browser.submit("/admin/people/2/suspend").status == 200
    assert count(settings, "SELECT count(*) FROM user WHERE status = 'suspended'") == 1
    assert browser.submit("/auth/sessions/end", form_at="/auth/security").status == 200
    verify_like_the_boot(settings)


def verify_like_the_boot(settings: Settings) -> None:
    with closing(sqlite3.connect(f"file:{settings.database_path}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_on_a_disk_that_is_read_only_it_does_not_start_and_does_not_advise_chown(settings: Settings) -> None:
    subprocess.run(["mount", "-o", "remount,ro", settings.data_dir], check=True)
    with pytest.raises(Refusal, match="Read-only file system") as refusal:
        check_writable(settings.data_dir)
    assert refusal.value.reason == Reason.NOT_WRITABLE
    assert "Mount that disk" in str(refusal.value)
    assert "chown" not in str(refusal.value)


def test_a_disk_that_turns_read_only_is_told_about_read_and_waited_for(
    app: Flask, settings: Settings, whole: Whole, program: Client, browser: Client
) -> None:
    assert program.post("beforehand").status == 201
    eventually(lambda: program.get("/api/search?q=beforehand").text.count("beforehand"))
    workers = whole.processes("blog-worker")
    # As the kernel does by itself after an error, also under whoever has files open.
    subprocess.run(["mount", "-o", "remount,abort,errors=remount-ro", settings.data_dir], check=False)
    for number in range(3):
        page = browser.submit("/index", post=f"typed with much care {number}")
        assert page.status == 500
        assert f"typed with much care {number}" in page.text
        assert "does not take anything" in page.text
        assert program.post("by a program").status == 500
    assert "beforehand" in browser.get("/explore").text
    assert "beforehand" in browser.get("/search?q=beforehand").text
    assert back_up(settings).returncode == 1
    assert whole.processes("blog-worker") == workers, whole.log.read_text()
    assert whole.stop() == 0
    with app.app_context():
        db.engine.dispose()
    subprocess.run(["umount", settings.data_dir], check=True)
    subprocess.run(["mount", "-o", "loop", image_of(settings), settings.data_dir], check=True)
    whole.start()
    assert "beforehand" in browser.get("/explore").text
    assert browser.submit("/index", post="afterwards").status == 200
    verify(settings.database_path)
