"""`flask doctor` finds what is wrong, says what to do, gives nothing away, and its status tells how bad it is."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from people import People
from postbox import Postbox
from sqlalchemy import update

from app.accounts.models import User
from app.backup.store import Store
from app.core.config import Settings
from app.core.database import db, transaction
from app.core.state import beat
from app.core.time import utc_now
from app.health import data, machine, network, storage
from app.health.check import FAIL, OK, WARN
from app.health.examination import ALL, READINESS


class Livez(BaseHTTPRequestHandler):
    """Answers as the web process does."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def inside_docker(monkeypatch, marker: Path) -> None:
    """Whether a container of ours is around it, by the file that Docker puts there."""
    for module in (machine, network):
        monkeypatch.setattr(module, "DOCKER", marker)


@pytest.fixture
def healthy(settings: Settings, monkeypatch):
    """Settings of an appliance that is as well as this machine lets it be."""
    server = HTTPServer(("127.0.0.1", 0), Livez)
    thread = Thread(target=server.serve_forever)
    thread.start()
    beat(settings.run_dir)
    monkeypatch.setattr(storage.sqlite3, "sqlite_version_info", storage.SOUND_SQLITE)
    monkeypatch.setattr(storage, "file_system_of", lambda _folder: "ext4")
    monkeypatch.setattr(machine, "CGROUP", settings.run_dir)
    monkeypatch.setattr(machine, "_available", lambda: 2**30)
    inside_docker(monkeypatch, settings.data_dir / "not")
    yield replace(settings, port=server.server_port)
    server.shutdown()
    thread.join()
    server.server_close()


def report(app: Flask, status: int) -> dict[str, str]:
    """What it says, by name; with the advice where there is one."""
    result = app.test_cli_runner().invoke(args=["doctor"])
    assert result.exit_code == status, result.output
    assert len(result.output.splitlines()) <= 40, "one screen"
    found: dict[str, str] = {}
    name = ""
    for line in result.output.splitlines()[:-1]:
        if line.strip().startswith("->"):
            found[name] += line
        else:
            name = line[6:18].strip()
            found[name] = line
    return found


def test_of_a_healthy_appliance_all_is_well(make_app, healthy: Settings) -> None:
    found = report(make_app(healthy), 0)
    assert all(line.startswith(OK) for line in found.values())
    assert list(found) == [each.name for each in ALL]


def test_every_check_that_can_fail_has_an_advice() -> None:
    assert [each.name for each in ALL if not each.advice] == ["version"]
    assert set(READINESS) < {each.name for each in ALL}


OF_BACKUPS = pytest.mark.sqlite("a server has a tool of its own for backups")


def failed_backup(settings: Settings) -> None:
    store = Store(settings.data_dir)
    store.folder.mkdir()
    store.note("failed", at="2026-01-01", error="no room")


def old_data(settings: Settings) -> None:
    folder = settings.data_dir / "before-restore-20260101T000000Z"
    folder.mkdir()
    past = time.time() - 31 * 86400
    os.utime(folder, (past, past))


def old_drill(settings: Settings) -> None:
    store = Store(settings.data_dir)
    store.folder.mkdir()
    store.note("drill", at=(utc_now() - timedelta(days=61)).isoformat(), ok=True, detail="went well")


def memory_limit(settings: Settings) -> None:
    for name, value in (("memory.max", 1000), ("memory.current", 950)):
        (settings.run_dir / name).write_text(f"{value}\n")


def was_killed(settings: Settings) -> None:
    (settings.run_dir / "memory.events").write_text("low 0\noom 1\noom_kill 2\n")


@pytest.mark.parametrize(
    ("trouble", "name", "words"),
    [
        pytest.param(failed_backup, "backup", "./backup.sh", marks=OF_BACKUPS),
        (old_data, "old data", "before a restore: 1"),
        (memory_limit, "memory", "MICROBLOG_MEMORY"),
        (was_killed, "memory", "killed for lack of memory: 2"),
        pytest.param(old_drill, "drill", "61 days ago", marks=OF_BACKUPS),
    ],
)
def test_a_warning_has_status_1_and_an_advice(make_app, healthy: Settings, trouble, name: str, words: str) -> None:
    trouble(healthy)
    found = report(make_app(healthy), 1)
    assert found[name].startswith(WARN)
    assert words in found[name]
    assert "->" in found[name]
    assert [other for other, line in found.items() if not line.startswith(OK)] == [name]


@pytest.mark.sqlite("the file is what this is about")
@pytest.mark.parametrize(("name", "attribute", "value"), [("sqlite", "SOUND_SQLITE", (99,)), ("log", "LARGE_LOG", -1)])
def test_each_finding_of_sqlite(
    make_app, healthy: Settings, monkeypatch, name: str, attribute: str, value: object
) -> None:
    app = make_app(healthy)
    inside_docker(monkeypatch, healthy.run_dir)
    monkeypatch.setattr(storage, attribute, value)
    assert report(app, 1)[name].startswith(WARN)


def test_the_sqlite_of_the_system_is_no_warning_without_docker(make_app, healthy: Settings, monkeypatch) -> None:
    app = make_app(healthy)
    monkeypatch.setattr(storage, "SOUND_SQLITE", (99,))
    assert report(app, 0)["sqlite"].startswith(OK)


@pytest.mark.parametrize("names", [("memory.max", "memory.current"), ("limit_in_bytes", "usage_in_bytes")])
def test_memory_is_that_of_the_container(
    make_app, healthy: Settings, tmp_path: Path, monkeypatch, names: tuple[str, str]
) -> None:
    app, group = make_app(healthy), tmp_path / "cgroup"
    folder = group if names[0] == "memory.max" else group / "memory"
    folder.mkdir(parents=True)
    monkeypatch.setattr(machine, "CGROUP", group)
    limit, used = (folder / (name if "." in name else f"memory.{name}") for name in names)
    used.write_text(str(350 * 2**20))
    (folder / "memory.stat").write_text(f"anon 1\ninactive_file {100 * 2**20}\n")
    limit.write_text(str(384 * 2**20))
    assert "250 MiB of 384 MiB" in report(app, 0)["memory"]
    (folder / "memory.stat").write_text("inactive_file 0\n")
    assert "350 MiB of 384 MiB" in report(app, 1)["memory"]
    limit.write_text("max" if folder == group else str(2**63 - 4096))
    assert " of " not in report(app, 0)["memory"]


def test_each_finding_of_the_machine(make_app, healthy: Settings, monkeypatch) -> None:
    app = make_app(healthy)
    for name, module, attribute, value, status in (
        ("volume", storage, "file_system_of", lambda _folder: "nfs4", FAIL),
        ("volume", storage, "file_system_of", lambda _folder: "tmpfs", WARN),
        ("memory", machine, "_available", lambda: 2**20, WARN),
        ("clock", machine, "PROJECT_ROOT", _made_tomorrow(healthy.run_dir), FAIL),
        ("jobs", data, "oldest_due", lambda _session, now: now - timedelta(hours=1), WARN),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(module, attribute, value)
            assert report(app, 1 if status == WARN else 2)[name].startswith(status), attribute


def _made_tomorrow(folder: Path) -> Path:
    path = folder / "app" / "core" / "version.py"
    path.parent.mkdir(parents=True)
    path.touch()
    os.utime(path, (time.time() + 86400, time.time() + 86400))
    return folder


def test_an_appliance_that_does_not_run_is_broken(make_app, healthy: Settings, free_port: int) -> None:
    (healthy.run_dir / "worker-heartbeat").unlink()
    found = report(make_app(replace(healthy, port=free_port)), 2)
    assert found["web"].startswith(FAIL)
    assert found["worker"].startswith(FAIL)


@pytest.mark.sqlite("the file is what this is about")
def test_without_a_database_it_still_answers(make_app, healthy: Settings) -> None:
    healthy.database_path.unlink()
    found = report(make_app(healthy), 2)
    assert found["log"].startswith(FAIL)
    assert found["schema"].startswith(FAIL)


def test_the_mail_server_is_tried_and_not_named(make_app, healthy: Settings, free_port: int) -> None:
    with Postbox() as postbox:
        mail = replace(postbox.settings, admins=("root@example.org",))
        found = report(make_app(replace(healthy, mail=mail)), 0)
        assert "addresses in ADMINS: 1" in found["mail"]
    away = replace(mail, server="localhost", port=free_port, password="a secret")
    found = report(make_app(replace(healthy, mail=away)), 1)
    assert found["mail"].startswith(WARN)
    said = "".join(found.values())
    for secret in ("localhost", "root@example.org", "a secret", healthy.secret_key, str(healthy.data_dir)):
        assert secret not in said


def test_behind_https_the_certificate_is_looked_at(make_app, healthy: Settings, monkeypatch) -> None:
    app = make_app(replace(healthy, https=True))
    assert "your proxy has it" in report(app, 0)["certificate"]
    inside_docker(monkeypatch, healthy.data_dir)
    monkeypatch.setattr(network, "NGINX", "127.0.0.1")
    monkeypatch.setattr(network, "NGINX_HTTP", healthy.port)
    monkeypatch.setattr(network, "NGINX_HTTPS", healthy.port)
    found = report(app, 1)
    assert found["certificate"].startswith(WARN), "no certificate there"
    assert "Nginx answers" in found["ports"]
    for days, status in ((100, OK), (10, WARN)):
        monkeypatch.setattr(network, "_not_after", lambda _authority, days=days: time.time() + days * 86400 + 60)
        line = report(app, 0 if status == OK else 1)["certificate"]
        assert line.startswith(status)
        assert f"valid for {days} days" in line


def test_behind_a_proxy_that_has_the_certificate_nginx_has_but_one_port(
    make_app, healthy: Settings, monkeypatch
) -> None:
    app = make_app(replace(healthy, https=True, tls="off"))
    inside_docker(monkeypatch, healthy.data_dir)
    monkeypatch.setattr(network, "NGINX", "127.0.0.1")
    monkeypatch.setattr(network, "NGINX_HTTP", healthy.port)
    found = report(app, 0)
    assert "your proxy has it" in found["certificate"]
    assert f"http {healthy.port}" in found["ports"]


def test_who_listens_to_the_network_without_encryption_is_told(make_app, healthy: Settings, free_port: int) -> None:
    found = report(make_app(replace(healthy, bind="0.0.0.0")), 1)  # noqa: S104  nothing listens
    assert found["ports"].startswith(WARN)
    behind = report(make_app(replace(healthy, bind="0.0.0.0", proxy_hops=1)), 0)  # noqa: S104  the same
    assert "behind a proxy" in behind["ports"]


def test_a_check_that_breaks_gives_nothing_away(make_app, healthy: Settings, monkeypatch, capfd) -> None:
    def broken(_folder: Path) -> str:
        raise RuntimeError("a secret")

    monkeypatch.setattr(storage, "file_system_of", broken)
    found = report(make_app(healthy), 2)
    assert "RuntimeError" in found["volume"]
    assert "a secret" not in "".join(found.values()) + "".join(capfd.readouterr())


@pytest.mark.on_server("a file is never away for a while")
def test_what_a_database_that_is_away_leaves_unknown_says_so(make_app, healthy: Settings, free_port: int) -> None:
    assert healthy.database is not None
    nobody = replace(healthy.database, url=healthy.database.url.set(port=free_port, host="127.0.0.1"))
    found = report(make_app(replace(healthy, database=nobody)), 2)
    unknown = {name for name, line in found.items() if "the database does not answer" in line}
    assert unknown == {"database", "schema", "counts", "search", "jobs"}
    assert "the database's server" in found["database"]


def test_numbers_that_were_changed_by_hand_are_told_with_what_mends_them(make_app, healthy: Settings) -> None:
    app = make_app(healthy)
    People(app).settle()
    with app.app_context(), transaction():
        db.session.execute(update(User).values(follower_count=7))
    found = report(app, 1)
    assert found["counts"].startswith(WARN)
    assert "wrong for 3 accounts" in found["counts"]
    assert "flask user count" in found["counts"]
