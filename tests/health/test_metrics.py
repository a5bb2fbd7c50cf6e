"""Prometheus is given figures of all web processes together if it has the token; without one there is nothing."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask
from page import PageClient
from people import People
from processes import end, environment_of, eventually, start
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families
from running import port_of_nobody, running

from app.backup.making import Sources, make_backup
from app.backup.store import Store
from app.core.config import PROJECT_ROOT, Settings
from app.core.environment import SettingsError, Source
from app.core.metrics_settings import metrics_token
from app.core.state import beat
from app.health.instruments import forget_ended
from app.health.metrics import FOLDER, INSTRUMENTS
from app.health.watch import Watch

TOKEN = "a-token-of-twenty-characters"
GUNICORN = ("-m", "gunicorn", "-c", str(PROJECT_ROOT / "deploy" / "gunicorn.conf.py"), "app.wsgi:app")
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@dataclass(frozen=True)
class Server:
    """A web server at a port of this machine, which counts in files in `folder`."""

    port: int
    folder: Path

    def ask(self, method: str, path: str, **headers: str) -> tuple[int, str]:
        """The status and the text of an answer; each on a connection of its own, which any process may take."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def scrape(self) -> dict[str, Metric]:
        """What Prometheus makes of the figures."""
        status, text = self.ask("GET", "/metrics", Authorization=f"Bearer {TOKEN}")
        assert status == 200, text
        return {family.name: family for family in text_string_to_metric_families(text)}


def value(family: Metric, name: str = "", **labels: str) -> float:
    """The value of one sample, 0 if there is none."""
    named = [each for each in family.samples if not name or each.name == name]
    return sum(each.value for each in named if labels.items() <= each.labels.items())


@pytest.fixture
def server(people: People, settings: Settings, tmp_path: Path, monkeypatch) -> Iterator[Server]:
    port = port_of_nobody()
    monkeypatch.setenv("PORT", str(port))
    monkeypatch.setenv("MICROBLOG_WEB_WORKERS", "2")
    monkeypatch.setenv("MICROBLOG_METRICS_TOKEN", TOKEN)
    process = start(settings, *GUNICORN, log=tmp_path / "web.log")
    server = Server(port, settings.run_dir / FOLDER)
    try:
        eventually(lambda: process.poll() is not None or _is_up(port))
        assert process.poll() is None, (tmp_path / "web.log").read_text()
        yield server
    finally:
        process.terminate()
        process.wait(60)
        end(process)


@pytest.fixture(scope="module")
def appliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The appliance as it boots, for all tests that need no data."""
    folder, port = tmp_path_factory.mktemp("appliance"), port_of_nobody()
    with running(folder, port, MICROBLOG_METRICS_TOKEN=TOKEN):
        yield Server(port, folder / "run" / FOLDER)


def _is_up(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_requests_are_counted_over_all_processes_by_route_method_and_status(server: Server) -> None:
    for _ in range(20):
        assert server.ask("GET", "/auth/login")[0] == 200
    for number in range(5):
        server.ask("GET", f"/made/up/{number}")
        server.ask(f"MADEUP{number}", "/livez")
    requests = server.scrape()["microblog_requests"]
    assert value(requests, route="/auth/login", method="GET", status="200") == 20
    assert value(requests, route="unknown", method="GET", status="404") == 5
    assert value(requests, method="unknown") == 5
    assert {each.labels["route"] for each in requests.samples} == {"/auth/login", "unknown"}
    seconds = server.scrape()["microblog_request_seconds"]
    assert value(seconds, "microblog_request_seconds_count", route="/auth/login") == 20
    assert value(seconds, "microblog_request_seconds_bucket", route="/auth/login", le="+Inf") == 20
    assert 0 < value(seconds, "microblog_request_seconds_sum", route="/auth/login") < 60
    assert value(server.scrape()["microblog_requests"], route="/metrics", status="200") >= 2


def test_the_appliance_as_it_boots_counts_on_after_its_web_process_was_killed(appliance: Server) -> None:
    for _ in range(5):
        appliance.ask("GET", "/livez")
    before = value(appliance.scrape()["microblog_requests"], route="/livez")
    assert before >= 5
    eventually(lambda: "microblog_worker_heartbeat_age_seconds" in appliance.scrape())
    # The file's name ends with the number of gunicorn's process that counts.
    counts = next(appliance.folder.glob("counter_*.db"))
    os.kill(int(counts.stem.rpartition("_")[2]), signal.SIGKILL)
    eventually(lambda: _is_served(appliance))
    appliance.ask("GET", "/livez")
    assert len(list(appliance.folder.glob("counter_*.db"))) == 2, "another process counts"
    assert value(appliance.scrape()["microblog_requests"], route="/livez") >= before + 1


def _is_served(appliance: Server) -> bool:
    try:
        return appliance.ask("GET", "/livez")[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def test_nothing_is_written_to_the_disk_for_it(server: Server, settings: Settings) -> None:
    before = {path: path.stat().st_mtime_ns for path in settings.data_dir.rglob("*") if "-shm" not in path.name}
    server.scrape()
    server.scrape()
    after = {path: path.stat().st_mtime_ns for path in settings.data_dir.rglob("*") if "-shm" not in path.name}
    assert {path: time for path, time in after.items() if path.suffix != ".db-wal"} == {
        path: time for path, time in before.items() if path.suffix != ".db-wal"
    }
    assert list(server.folder.glob("*.db"))


@pytest.mark.sqlite("a server has a tool of its own for backups")
def test_what_stands_in_the_data_is_told(server: Server, settings: Settings, app: Flask, people: People) -> None:
    people.post("alice", "to be indexed")
    beat(settings.run_dir)
    make_backup(Store(settings.data_dir), Sources(settings.data_dir, "1", settings.secret_key))
    Store(settings.data_dir).note("drill", at="2026-01-01T00:00:00+00:00", ok=True, detail="")
    with app.app_context():
        watch = Watch(settings.run_dir)
        watch._next = 0.0
        watch.look()
    found = server.scrape()
    assert value(found["microblog_unreadable_parts"]) == 0
    assert value(found["microblog_jobs"], kind="search.update", state="waiting") == 1
    assert value(found["microblog_people"]) == 3
    assert value(found["microblog_newest_post"]) == 1
    assert value(found["microblog_backups"]) == 1
    assert value(found["microblog_drill_ok"]) == 1
    assert found["microblog_check"].samples
    for name in ("disk_free", "disk", "database", "backup"):
        assert value(found[f"microblog_{name}_bytes"]) > 0, name
    for name in ("search_lag", "backup_age", "drill_age", "worker_heartbeat_age", "checks_age", "oldest_job_age"):
        assert f"microblog_{name}_seconds" in found, name
    assert found["microblog_info"].samples[0].labels["version"]


@pytest.mark.sqlite("the file is what this is about")
def test_without_a_database_the_rest_is_told(server: Server, settings: Settings) -> None:
    settings.database_path.rename(settings.data_dir / "elsewhere")
    settings.database_path.mkdir()
    found = server.scrape()
    assert value(found["microblog_unreadable_parts"]) >= 1
    assert value(found["microblog_disk_free_bytes"]) > 0


def test_the_newer_form_is_whole_too(appliance: Server) -> None:
    appliance.ask("GET", "/livez")
    _, text = appliance.ask("GET", "/metrics", Authorization=f"Bearer {TOKEN}", Accept=OPENMETRICS)
    assert "microblog_requests" in {family.name for family in openmetrics_families(text)}


def test_whoever_lacks_the_token_is_told_nothing(appliance: Server) -> None:
    for shown in ("", "Bearer", "Bearer wrong", f"Bearer {TOKEN}s", f"Basic {TOKEN}"):
        status, text = appliance.ask("GET", "/metrics", **({"Authorization": shown} if shown else {}))
        assert status == 401, shown
        assert "microblog_" not in text
    assert appliance.ask("GET", f"/metrics?token={TOKEN}")[0] == 401


def test_without_the_setting_there_is_no_such_page_and_nothing_loaded(client: PageClient, settings: Settings) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    assert INSTRUMENTS not in client.application.extensions
    program = "import sys, app.wsgi; print('prometheus_client' in sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", program], env=environment_of(settings), capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "False"


@pytest.mark.parametrize(
    "written", ["short", "with a space in the middle", "ümlaut-ümlaut-ümlaut", "quote'quote'quote'"]
)
def test_a_token_that_is_none_is_refused_without_being_shown(written: str) -> None:
    with pytest.raises(SettingsError, match="MICROBLOG_METRICS_TOKEN") as refused:
        metrics_token(Source({"MICROBLOG_METRICS_TOKEN": written}))
    assert written not in str(refused.value)


def test_a_token_may_lie_in_a_file(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    assert metrics_token(Source({"MICROBLOG_METRICS_TOKEN_FILE": str(path)})) == TOKEN
    assert TOKEN not in repr(replace(settings, metrics_token=TOKEN))


def test_files_of_processes_that_ended_are_forgotten_and_no_others(tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    for number in (gone.pid, os.getpid()):
        (tmp_path / f"counter_{number}.db").touch()
    forget_ended(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"counter_{os.getpid()}.db"]
