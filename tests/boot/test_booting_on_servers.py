"""The appliance with its database on a server: waited for, refused with advice, brought up to date once, then used."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from booting import PREPARE, Boot
from database_servers import PASSWORD, Server
from databases import address_of, engine_of
from processes import end, eventually
from running import port_of_nobody
from sqlalchemy import text
from whole import Client, Whole

from app.backup.elsewhere import dump_command
from app.boot.refusal import Reason
from app.boot.server import MIGRATION_LOCK
from app.core.config import PROJECT_ROOT, Settings
from app.core.database_settings import DatabaseSettings
from app.core.named_lock import try_lock
from app.core.schema import newest_revision

ACCOUNT = """
INSERT INTO "user" (username, username_key, email, email_key, password_hash, session_key, is_admin, status, about_me,
  created_at, last_seen, follower_count, following_count, counted_posts, counted_up_to)
VALUES ('alice', 'alice', 'a@ex.org', 'a@ex.org', 'none', '1', true, 'active', '', '2026-01-01 00:00:00',
  '2026-01-01 00:00:00', 0, 0, 0, 0)
"""


@pytest.fixture
def address(server: Server, request: pytest.FixtureRequest) -> str:
    """A new, empty database."""
    return server.empty(f"boot_{abs(hash(request.node.name)) % 10**9}")


def rows(address: str, statement: str) -> list[tuple[object, ...]]:
    """What a statement finds there."""
    with engine_of(address).connect() as connection:
        found = connection.execute(text(statement))
        answer = [tuple(row) for row in found] if found.returns_rows else []
        connection.commit()
    return answer


def test_an_empty_database_is_made_ready_and_booting_again_changes_nothing(boot: Boot, address: str) -> None:
    for _ in range(2):
        done = boot(DATABASE_URL=address)
        assert done.returncode == 0, done.stderr
        assert "Setup code: " in done.stdout
    assert rows(address, "SELECT version_num FROM alembic_version") == [(newest_revision(),)]
    assert "bringing the database up to date" not in done.stdout
    assert not (boot.data / "app.db").exists()


def test_an_empty_database_does_not_take_the_place_of_a_file_with_accounts(boot: Boot, address: str) -> None:
    assert boot().returncode == 0
    file = boot.data / "app.db"
    assert boot(DATABASE_URL=address).returncode == 0, "nobody's: there is nothing to leave behind"
    assert file.exists()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(ACCOUNT)
        connection.commit()
    done = boot(DATABASE_URL=address)
    assert done.returncode == Reason.DATABASE
    assert f"no account yet, and {file} has 1" in done.stderr
    assert f"mv {file} {file}.old" in done.stderr
    rows(address, ACCOUNT.replace('"user"', "`user`") if address.startswith("mysql") else ACCOUNT)
    assert boot(DATABASE_URL=address).returncode == 0, "it has been copied"


def test_a_file_that_is_no_database_is_not_in_the_way(boot: Boot, address: str) -> None:
    assert boot().returncode == 0
    (boot.data / "app.db").write_bytes(b"no database" * 1000)
    assert boot(DATABASE_URL=address).returncode == 0


def test_two_that_boot_at_once_bring_it_up_to_date_once(boot: Boot, address: str, tmp_path: Path) -> None:
    other = Boot(tmp_path / "other", int(boot.environment["PORT"]))
    with ThreadPoolExecutor() as pool:
        done = list(pool.map(lambda each: each(DATABASE_URL=address), (boot, other)))
    assert [each.returncode for each in done] == [0, 0], [each.stderr for each in done]
    assert sum("bringing the database up to date\n" in each.stdout for each in done) == 1


def test_whoever_comes_second_waits_for_the_lock(boot: Boot, address: str) -> None:
    process = None
    try:
        with engine_of(address).connect() as holder:
            assert try_lock(holder, MIGRATION_LOCK)
            process = subprocess.Popen(
                [sys.executable, "-u", "-c", PREPARE], cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True,
                env=boot.environment | {"DATABASE_URL": address},
            )  # fmt: skip
            assert process.stdout is not None
            assert "another program is bringing the database up to date; waiting" in process.stdout.readline()
            assert process.poll() is None
            holder.invalidate()
        said, _ = process.communicate(timeout=120)
    finally:
        if process is not None:
            end(process)
    assert process.returncode == 0
    assert "bringing the database up to date" in said


def test_a_wrong_password_is_said_at_once_without_showing_any(boot: Boot, server: Server, address: str) -> None:
    database = address.rpartition("/")[2]
    done = boot(DATABASE_URL=server.address(database, "wrong-secret"))
    assert done.returncode == Reason.DATABASE
    assert "the user or the password is wrong" in done.stderr
    assert "Look at DATABASE_URL" in done.stderr
    assert "wrong-secret" not in done.stdout + done.stderr


def test_a_database_of_another_program_is_left_alone(boot: Boot, server: Server, address: str) -> None:
    server.execute(address.rpartition("/")[2], "CREATE TABLE theirs (id INTEGER PRIMARY KEY)")
    done = boot(DATABASE_URL=address)
    assert done.returncode == Reason.DATABASE
    assert "holds the tables of another program" in done.stderr


def test_data_of_a_later_version_is_left_alone(boot: Boot, address: str) -> None:
    assert boot(DATABASE_URL=address).returncode == 0
    rows(address, "UPDATE alembic_version SET version_num = '9999'")
    done = boot(DATABASE_URL=address)
    assert done.returncode == Reason.NEWER_DATA
    assert rows(address, "SELECT version_num FROM alembic_version") == [("9999",)]


@pytest.mark.parametrize("kind", ["mysql", "postgresql"])
def test_a_server_that_does_not_come_is_waited_for_and_then_named(boot: Boot, free_port: int, kind: str) -> None:
    nobody = port_of_nobody()
    done = boot(DATABASE_URL=f"{kind}://microblog:secret@127.0.0.1:{nobody}/microblog", MICROBLOG_DATABASE_WAIT=1)
    assert done.returncode == Reason.DATABASE
    assert f"waiting up to 1 s for the database {kind}://microblog:***@127.0.0.1:{nobody}/microblog" in done.stdout
    assert "no server answers there" in done.stderr
    assert "secret" not in done.stdout + done.stderr


def test_the_whole_appliance_runs_on_it(boot: Boot, address: str, tmp_path: Path) -> None:
    run = boot.data.parent / "run"
    run.mkdir()
    boot.data.mkdir(mode=0o700)
    settings = Settings(
        data_dir=boot.data,
        run_dir=run,
        secret_key="a key that is long enough for a test",
        database=DatabaseSettings(address_of(address)),
    )
    appliance = Whole(settings, int(boot.environment["PORT"]), tmp_path / "log")
    try:
        appliance.start()
        eventually(lambda: Client(appliance.address).get("/readyz").status == 200)
        assert appliance.stop() == 0
    finally:
        appliance.end()
    assert "Traceback" not in appliance.log.read_text()


def test_commands_of_backups_say_what_to_use_instead(boot: Boot, address: str) -> None:
    assert boot(DATABASE_URL=address).returncode == 0
    for words in (["now"], ["list"], ["restore", "any"], ["drill"]):
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", "backup", *words], cwd=PROJECT_ROOT, check=False,
            env=boot.environment | {"DATABASE_URL": address}, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 1
        assert dump_command(address_of(address)) in done.stderr
        assert "secret_key of the data folder" in done.stderr
        assert PASSWORD not in done.stderr
