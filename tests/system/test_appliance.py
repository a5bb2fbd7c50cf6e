"""The product as its users have it: both containers, https, and everything that may happen to them."""

from __future__ import annotations

import json
import re
import ssl
import subprocess
import threading
import urllib.error
import urllib.request
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from appliance import PASSWORD, ROOT, Appliance, docker, eventually
from forking import CHILD_READS_ALL, MOST, kept_private
from visitor import Visitor

from app.boot.refusal import Reason

# Smaller files may not be worth it.
WORTH_COMPRESSING = 1024
INTEGRITY = "import sqlite3; print(sqlite3.connect('/data/app.db').execute('PRAGMA integrity_check').fetchone())"
pytestmark = [pytest.mark.system, pytest.mark.usefixtures("administrator")]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Shows a redirect instead of following it."""

    def redirect_request(self, *_: object) -> None:
        return None


def new_word() -> str:
    return f"word{uuid4().hex[:10]}"


def post_and_find(visitor: Visitor) -> str:
    """Post something, wait until search finds it, and return the word to find it by."""
    word = new_word()
    answer = visitor.post(f"Something about {word}")
    assert answer.status == 200, answer.text
    eventually(lambda: visitor.finds(word))
    return word


def test_the_first_visitor_becomes_the_administrator_and_setup_is_closed(
    appliance: Appliance, administrator: Visitor
) -> None:
    assert "alice" in appliance.inside("app", "flask", "user", "list").stdout
    assert administrator.get("/setup").status == 404
    assert appliance.visitor().get("/setup").status == 404


def test_processes_share_what_is_loaded_for_good(appliance: Appliance) -> None:
    able, private = kept_private(appliance.inside("app", "python", "-c", CHILD_READS_ALL).stdout)
    assert able
    assert private < MOST / 4


def test_a_member_registers_posts_and_is_found_by_others(member: Visitor, administrator: Visitor) -> None:
    word = post_and_find(member)
    assert administrator.finds(word)
    assert word in administrator.get("/explore").text


def test_files_come_compressed_and_may_be_kept_for_a_year(appliance: Appliance) -> None:
    visitor = appliance.visitor()
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', visitor.get("/auth/login").text)
    assert len(addresses) > 5
    for address in addresses:
        answer = visitor.get(address, Accept_Encoding="gzip")
        assert "immutable" in answer.headers["Cache-Control"]
        small = int(visitor.get(address).headers["Content-Length"]) < WORTH_COMPRESSING
        assert small or answer.headers["Content-Encoding"] == "gzip", address


def test_http_leads_to_https_with_the_right_port(appliance: Appliance) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)
    with pytest.raises(urllib.error.HTTPError) as redirect:
        opener.open(f"http://localhost:{appliance.http_port}/explore?page=2", timeout=30)
    with redirect.value as answer:
        assert answer.status == 308
        assert answer.headers["Location"] == f"https://localhost:{appliance.https_port}/explore?page=2"


def test_how_to_trust_it_is_said_without_https_and_with_the_fingerprint_that_the_log_has(appliance: Appliance) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://localhost:{appliance.http_port}/trust", timeout=30) as answer:
        page = answer.read().decode().replace("<wbr>", "")
    fingerprint = sha256(ssl.PEM_cert_to_DER_cert(appliance.authority())).digest().hex(":").upper()
    assert fingerprint in page
    assert fingerprint in appliance.compose("logs", "nginx").stdout


def test_a_stranger_who_does_not_trust_the_authority_is_warned(appliance: Appliance) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        opener.open(f"https://localhost:{appliance.https_port}/", timeout=30)


def test_only_the_sign_of_life_is_public(appliance: Appliance) -> None:
    visitor = appliance.visitor()
    assert visitor.get("/livez").text.strip() == "ok"
    assert visitor.get("/readyz").status == 404
    ready = "import urllib.request as u; print(u.urlopen('http://localhost:8000/readyz').read().decode())"
    assert json.loads(appliance.inside("app", "python", "-c", ready).stdout)["status"] in ("ok", "warn")


@pytest.mark.parametrize("program", ["blog-web", "blog-worker"])
def test_a_killed_program_comes_back(appliance: Appliance, member: Visitor, program: str) -> None:
    container = appliance.inspect("app")
    word = new_word()
    member.post(f"Just before the end: {word}")
    appliance.kill(program)
    appliance.wait_until_it_answers()
    eventually(lambda: member.finds(word))
    post_and_find(member)
    assert appliance.inspect("app")["State"]["StartedAt"] == container["State"]["StartedAt"]


def test_the_containers_can_do_no_more_than_they_need(appliance: Appliance) -> None:
    for service, user in (("app", "10001:10001"), ("nginx", "101:101")):
        found = appliance.inspect(service)
        limits = found["HostConfig"]
        assert found["Config"]["User"] == user
        assert limits["ReadonlyRootfs"] is True
        assert limits["CapDrop"] == ["ALL"]
        assert limits["CapAdd"] is None
        assert "no-new-privileges:true" in limits["SecurityOpt"]
        assert 0 < limits["PidsLimit"] <= 128
        assert 0 < limits["Memory"] <= 512 * 2**20
        assert limits["LogConfig"] == {"Type": "local", "Config": {"max-size": "5m", "max-file": "3"}}
        status = appliance.inside(service, "cat", "/proc/1/status").stdout
        assert "CapEff:\t0000000000000000" in status
        assert "NoNewPrivs:\t1" in status
        refused = appliance.inside(service, "touch", "/usr/here", check=False)
        assert "Read-only file system" in refused.stderr


def test_the_containers_report_themselves_healthy(appliance: Appliance) -> None:
    for service in ("app", "nginx"):
        eventually(lambda service=service: appliance.inspect(service)["State"]["Health"]["Status"] == "healthy")


def test_sqlite_is_one_without_the_wal_reset_fault(appliance: Appliance) -> None:
    shown = appliance.inside("app", "python", "-c", "import sqlite3; print(*sqlite3.sqlite_version_info)").stdout
    assert tuple(map(int, shown.split())) >= (3, 51, 3)


def test_the_first_process_stops_everything_cleanly(appliance: Appliance, member: Visitor) -> None:
    assert "app.boot" in appliance.inside("app", "cat", "/proc/1/cmdline").stdout
    word = post_and_find(member)
    # after ten seconds Docker kills, and the status would be 137
    appliance.compose("stop", "--timeout", "10", "app")
    assert appliance.inspect("app")["State"]["ExitCode"] == 0
    appliance.up()
    assert member.finds(word)


def test_a_restart_keeps_everything(appliance: Appliance, member: Visitor) -> None:
    word = post_and_find(member)
    appliance.compose("restart")
    appliance.wait_until_it_answers()
    assert member.finds(word)


def test_taking_it_down_and_up_again_keeps_everything(appliance: Appliance, member: Visitor) -> None:
    word = post_and_find(member)
    before = ssl.get_server_certificate(("localhost", appliance.https_port)), appliance.authority()
    appliance.compose("down")
    appliance.up()
    assert (ssl.get_server_certificate(("localhost", appliance.https_port)), appliance.authority()) == before
    assert member.get("/index").path in ("/", "/index"), "still logged in: the secret key is the same"
    assert member.finds(word)
    post_and_find(member)


def test_a_container_killed_while_somebody_writes_loses_nothing_that_was_acknowledged(
    appliance: Appliance, member: Visitor
) -> None:
    acknowledged: list[str] = []

    def write() -> None:
        # until the door answers that nobody is behind it
        while member.post(f"before the kill {(word := new_word())}").status == 200:
            acknowledged.append(word)

    writer = threading.Thread(target=write)
    writer.start()
    eventually(lambda: len(acknowledged) > 2)
    docker("kill", "--signal", "KILL", appliance.container("app"))
    writer.join()
    appliance.up()
    eventually(lambda: all(member.finds(word) for word in acknowledged))
    assert appliance.inside("app", "python", "-c", INTEGRITY).stdout == "('ok',)\n"


def test_the_application_can_be_made_anew_behind_a_running_nginx(appliance: Appliance, member: Visitor) -> None:
    word = post_and_find(member)
    nginx = appliance.inspect("nginx")
    appliance.compose("rm", "--stop", "--force", "app")
    waiting = appliance.visitor().get("/index")
    assert waiting.status == 503
    assert waiting.headers["Retry-After"] == "5"
    assert 'http-equiv="refresh"' in waiting.text
    assert "Microblog is starting" in waiting.text
    statuses = set()
    appliance.compose("up", "-d", "--no-deps", "app")

    def answers() -> bool:
        statuses.add(appliance.visitor().get("/livez").status)
        return 200 in statuses

    eventually(answers)
    assert statuses <= {200, 503}, "never a bare 502"
    assert member.finds(word)
    assert appliance.inspect("nginx")["State"]["StartedAt"] == nginx["State"]["StartedAt"]


def test_a_program_that_cannot_be_kept_up_brings_the_container_down(appliance: Appliance, tmp_path: Path) -> None:
    broken = tmp_path / "gunicorn.conf.py"
    broken.write_text("raise SystemExit('broken on purpose')\n")
    broken.chmod(0o644)
    name = f"{appliance.project}-broken"
    try:
        docker("run", "-d", "--name", name, "-v", f"{name}:/data", "-v", f"{broken}:/app/deploy/gunicorn.conf.py:ro",
               appliance.image)  # fmt: skip
        eventually(lambda: docker("inspect", "-f", "{{.State.Status}}", name).stdout.strip() == "exited")
        assert docker("inspect", "-f", "{{.State.ExitCode}}", name).stdout.strip() == "0"
        assert "web does not start; stopping" in docker("logs", name).stderr
    finally:
        docker("rm", "--force", name, check=False)
        docker("volume", "rm", name, check=False)


def test_a_second_appliance_on_the_same_volume_is_refused(appliance: Appliance) -> None:
    second = docker("run", "--rm", "-e", "MICROBLOG_LOCK_WAIT=1", "-v", f"{appliance.project}_data:/data",
                    appliance.image, check=False)  # fmt: skip
    assert second.returncode == Reason.LOCKED
    assert "another appliance uses /data" in second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize("options", [[], ["--tmpfs", "/data:uid=10001,gid=10001"]], ids=["no volume", "tmpfs"])
def test_data_that_would_be_gone_with_the_container_is_refused(appliance: Appliance, options: list[str]) -> None:
    refused = docker("run", "--rm", *options, appliance.image, check=False)
    assert refused.returncode == Reason.EPHEMERAL
    assert "not a volume" in refused.stderr


def test_an_account_can_be_made_from_the_shell(appliance: Appliance) -> None:
    command = ["docker", "exec", "-i", appliance.container("app"), "flask", "user", "create", "carol",
               "carol@example.org", "--password-stdin"]  # fmt: skip
    made = subprocess.run(command, input=PASSWORD + "\n", capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    visitor = appliance.visitor()
    visitor.submit("/auth/login", username="carol", password=PASSWORD)
    assert visitor.get("/index").status == 200


def test_another_project_name_makes_a_separate_appliance_and_the_folder_makes_none(
    engine: None, tmp_path: Path
) -> None:
    copy = tmp_path / "some-other-folder"
    copy.mkdir()
    (copy / "compose.yaml").write_text((ROOT / "compose.yaml").read_text())

    def volumes(*options: str) -> set[str]:
        command = ["docker", "compose", *options, "-f", copy / "compose.yaml", "config", "--format", "json"]
        shown = subprocess.run(command, capture_output=True, text=True, check=True)
        return {volume["name"] for volume in json.loads(shown.stdout)["volumes"].values()}

    assert volumes() == {"microblog_data", "microblog_media", "microblog_tls"}
    assert volumes("--project-name", "club") == {"club_data", "club_media", "club_tls"}


def test_nginx_sends_an_export_from_the_volume_that_it_may_only_read(appliance: Appliance, member: Visitor) -> None:
    member.submit("/exports", action="/export_posts")
    found: list[str] = []

    def is_ready() -> bool:
        found[:] = re.findall(r'href="(/exports/\d+)"', member.get("/exports").text)
        return bool(found)

    eventually(is_ready)
    answer = member.get(found[0])
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/zip")
    assert answer.headers["Accept-Ranges"] == "bytes", "by Nginx; the application sends no ranges"
    assert "X-Accel-Redirect" not in answer.headers
    assert appliance.inside("nginx", "sh", "-c", "ls /media/exports/*.zip").stdout
    assert appliance.inside("nginx", "sh", "-c", "touch /media/exports/x", check=False).returncode
