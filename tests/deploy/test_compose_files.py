"""The files of deploy/ that add a server to the appliance: what compose makes of them, alone and together."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.core.config import Settings

ROOT = Path(__file__).parents[2]
DATABASES = {"mysql": "mariadb:11.8", "postgresql": "postgres:17"}
FILES = [*DATABASES, "elasticsearch"]
TOGETHER = [[name] for name in FILES] + [[name, "elasticsearch"] for name in DATABASES]


def composed(*names: str, **settings: str) -> dict[str, Any]:
    """What compose would start."""
    if shutil.which("docker") is None or subprocess.run(["docker", "compose", "version"], check=False).returncode:
        pytest.skip("needs docker with compose")
    files = [word for name in ("compose.yaml", *(f"deploy/{name}.yaml" for name in names)) for word in ("-f", name)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MICROBLOG_", "COMPOSE_"))}
    ended = subprocess.run(
        ["docker", "compose", *files, "config", "--format", "json"],
        cwd=ROOT, env=clean | settings, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return dict(json.loads(ended.stdout))


@pytest.mark.parametrize("names", TOGETHER, ids="+".join)
def test_each_and_both_together_are_whole(names: list[str]) -> None:
    whole, alone = composed(*names), composed()
    added = set(whole["services"]) - set(alone["services"])
    for name in added:
        service = whole["services"][name]
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert int(service["mem_limit"]) <= 2**30
        assert service["pids_limit"]
        assert not service.get("ports"), "nothing of it is on this machine's network"
        networks = service.get("networks", {})
        assert networks or service["network_mode"] == "none"
        assert all(whole["networks"][each]["internal"] for each in networks)
    application = whole["services"]["app"]
    assert "default" in application["networks"], "where Nginx is"
    assert len(application["networks"]) == 1 + len(names)
    assert application["read_only"] is True
    assert set(application["depends_on"]) == added - {name for name in added if name.endswith("-password")}
    fixed = {volume["name"] for volume in whole["volumes"].values()}
    assert all(name.startswith("microblog_") for name in fixed)
    assert len(fixed) == 3 + 2 * len(names)


def test_nginx_reads_the_files_that_the_application_writes_and_no_others() -> None:
    services = composed()["services"]
    app, nginx = ({each["target"]: each for each in services[name]["volumes"]} for name in ("app", "nginx"))
    assert (app["/media"]["source"], app["/media"].get("read_only")) == ("media", None)
    assert (nginx["/media"]["source"], nginx["/media"]["read_only"]) == ("media", True)
    assert "data" not in [each["source"] for each in nginx.values()]
    assert services["nginx"]["group_add"] == ["10001"]
    environment = services["app"]["environment"]
    assert (environment["MICROBLOG_MEDIA_DIR"], environment["MICROBLOG_ACCEL_REDIRECT"]) == ("/media", "1")


@pytest.mark.parametrize("name", DATABASES)
def test_the_application_waits_for_its_database_which_waits_for_its_password(name: str) -> None:
    services = composed(name)["services"]
    assert services["app"]["depends_on"]["database"]["condition"] == "service_healthy"
    waits = services["database"]["depends_on"]
    assert waits["database-password"]["condition"] == "service_completed_successfully"
    assert services["database"]["read_only"] is True
    assert services["database"]["image"] == DATABASES[name]


@pytest.mark.parametrize(
    ("chosen", "address"),
    [
        ({}, "https://localhost"),
        ({"MICROBLOG_HTTPS_PORT": "8443"}, "https://localhost:8443"),
        ({"MICROBLOG_HTTPS_PORT": "127.0.0.1:8443"}, "https://localhost:8443"),
        ({"MICROBLOG_HTTPS_PORT": "[::1]:8443"}, "https://localhost:8443"),
        ({"MICROBLOG_HTTPS_PORT": "127.0.0.1:443"}, "https://localhost"),
        ({"SERVER_NAME": "pi.local"}, "https://pi.local"),
        ({"SERVER_NAME": "pi.local", "MICROBLOG_DOMAIN": "a.example b.example"}, "https://a.example"),
        ({"MICROBLOG_DOMAIN": "a.example", "MICROBLOG_PUBLIC_URL": "https://b.example"}, "https://b.example"),
    ],
)
def test_the_address_is_made_of_what_is_set(chosen: dict[str, str], address: str, tmp_path: Path) -> None:
    environment = composed(**chosen)["services"]["app"]["environment"]
    given = {name: value for name, value in environment.items() if value is not None}
    folders = {"MICROBLOG_DATA_DIR": str(tmp_path), "MICROBLOG_RUN_DIR": str(tmp_path)}
    assert Settings.from_environment(given | folders).public_url == address


def test_other_images_can_be_named() -> None:
    chosen = {"MICROBLOG_DATABASE_IMAGE": "mariadb:12", "MICROBLOG_ELASTICSEARCH_IMAGE": "search:1"}
    services = composed("mysql", "elasticsearch", **chosen)["services"]
    assert (services["database"]["image"], services["elasticsearch"]["image"]) == ("mariadb:12", "search:1")


@pytest.mark.parametrize("name", FILES)
def test_what_is_set_for_another_server_does_not_count(name: str) -> None:
    others = {"DATABASE_URL": "mysql://a@b/c", "DATABASE_PASSWORD": "x", "ELASTICSEARCH_PASSWORD": "x",
              "ELASTICSEARCH_API_KEY": "x", "ELASTICSEARCH_URL": "https://other"}  # fmt: skip
    environment = composed(name, **others)["services"]["app"]["environment"]
    kind = "ELASTICSEARCH" if name == "elasticsearch" else "DATABASE"
    assert {environment[f"{kind}_PASSWORD"], environment.get(f"{kind}_API_KEY", "")} == {""}
    assert environment[f"{kind}_URL"] not in others.values()


@pytest.mark.parametrize("name", FILES)
def test_no_password_stands_in_a_file(name: str) -> None:
    written = (ROOT / "deploy" / f"{name}.yaml").read_text()
    for line in written.splitlines():
        if found := re.fullmatch(r"\s+(\w*PASSWORD\w*): (.*)", line):
            assert found[2] == '""' or (found[1].endswith("_FILE") and found[2].startswith("/")), line


def test_a_password_is_made_once_and_each_reader_has_a_file(tmp_path: Path) -> None:
    user = os.getuid()
    command = [ROOT / "deploy" / "password.sh", tmp_path, "the test", f"app:{user}", f"server:{user}"]
    said = [subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(2)]
    assert said == ["microblog: made a password for the test\n", ""]
    kept = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert set(kept) == {"made", "app", "server"}
    assert len(set(kept.values())) == 1
    assert re.fullmatch("[0-9a-f]{48}", kept["made"])
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}
    (tmp_path / "app").unlink()
    (tmp_path / ".draft").write_text("half")
    subprocess.run(command, check=True)
    assert (tmp_path / "app").read_text() == kept["made"]
