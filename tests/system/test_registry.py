"""Installing and upgrading by pulling: a real registry on loopback, two versions, and the way back that is refused."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from appliance import PASSWORD, ROOT, Appliance, docker, eventually, free_port
from visitor import Visitor

from app import VERSION
from app.core.schema import newest_revision

pytestmark = pytest.mark.system

NEXT = "99.0.0"
SOURCES = (".dockerignore", "Dockerfile", "compose.yaml", "requirements.txt", "app", "deploy", "migrations", "nginx")
MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", {before!r}


def upgrade() -> None:
    op.create_table("next_version", sa.Column("id", sa.Integer, primary_key=True))
"""
CONFIGURATION = """
version: 0.1
log: {{level: warn, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


class Registry:
    """Debian's docker-registry on a port of this machine; Docker trusts loopback without encryption."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        configuration = folder / "registry.yaml"
        configuration.write_text(CONFIGURATION.format(folder=folder / "registry", port=self.port))
        self.process = subprocess.Popen(["docker-registry", "serve", configuration], stderr=subprocess.DEVNULL)
        eventually(self.answers, 60)

    def answers(self) -> bool:
        assert self.process.poll() is None, "the registry runs"
        try:
            return self.read("") is not None
        except OSError:
            return False

    def read(self, path: str) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/v2/{path}", headers={"Accept": MANIFEST})
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def layers(self, image: str, version: str) -> dict[str, int]:
        """Bytes to fetch per layer, in order."""
        return {layer["digest"]: layer["size"] for layer in self.read(f"team/{image}/manifests/{version}")["layers"]}


class Installation(Appliance):
    """What somebody has who fetched compose.yaml and nothing else; and the makers, who build and push."""

    def __init__(self, folder: Path, registry: Registry) -> None:
        super().__init__(folder)
        self.project = f"microblog-test-{os.getpid()}-registry"
        self.prefix = f"127.0.0.1:{registry.port}/team/"
        self._environment |= {
            "COMPOSE_PROJECT_NAME": self.project,
            "MICROBLOG_IMAGE_PREFIX": self.prefix,
            "MICROBLOG_VERSION": VERSION,
        }

    def use(self, version: str) -> None:
        self._environment["MICROBLOG_VERSION"] = version

    def release(self, sources: Path, version: str) -> None:
        """Build both images and push them, then forget them here."""
        environment = self._environment | {"MICROBLOG_VERSION": version}
        for words in (["build"], ["push", "--quiet"]):
            ended = subprocess.run(
                ["docker", "compose", "-f", "compose.yaml", "-f", self._override, *words],
                cwd=sources, env=environment, capture_output=True, text=True, check=False, timeout=900,
            )  # fmt: skip
            assert ended.returncode == 0, ended.stdout + ended.stderr
        docker("image", "rm", f"{self.prefix}microblog-app:{version}", f"{self.prefix}microblog-nginx:{version}")

    def pull_and_up(self, version: str) -> None:
        """What the README says."""
        self.use(version)
        self.compose("pull", "--quiet")
        self.compose("up", "-d", "--no-build")


@pytest.fixture(scope="module")
def registry(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry with nothing in it."""
    if shutil.which("docker-registry") is None:
        pytest.skip("needs docker-registry")
    registry = Registry(tmp_path_factory.mktemp("registry"))
    try:
        yield registry
    finally:
        registry.process.terminate()
        registry.process.wait(30)


@pytest.fixture(scope="module")
def installation(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """This version, pushed; pulled and started elsewhere; alice has her account and a post."""
    installation = Installation(tmp_path_factory.mktemp("installation"), registry)
    try:
        installation.release(ROOT, VERSION)
        installation.pull_and_up(VERSION)
        installation.wait_until_it_answers()
        installation.visitor().submit(
            "/setup", code=installation.setup_code(), username="alice", email="alice@example.org",
            password=PASSWORD, password2=PASSWORD,
        )  # fmt: skip
        yield installation
    finally:
        print(installation.compose("logs", "--no-color", "--tail", "100", check=False).stdout)
        installation.remove()
        for version in (VERSION, NEXT):
            for image in ("microblog-app", "microblog-nginx"):
                docker("image", "rm", f"{installation.prefix}{image}:{version}", check=False)


@pytest.fixture(scope="module")
def alice(installation: Installation) -> Visitor:
    """Alice's browser, logged in over https, which stays open all the time."""
    visitor = installation.visitor()
    visitor.submit("/auth/login", username="alice", password=PASSWORD, remember_me="y")
    assert visitor.get("/index").path in ("/", "/index")
    return visitor


@pytest.fixture(scope="module")
def next_version(installation: Installation, alice: Visitor, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A later version, which changes the structure of the data; released, pulled and started."""
    alice.post("written before the upgrade")
    sources = tmp_path_factory.mktemp("next")
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, sources / name)
    migration = MIGRATION.format(before=newest_revision())
    (sources / "migrations" / "versions" / "9999_next_version.py").write_text(migration)
    program = sources / "app" / "core" / "version.py"
    program.write_text(program.read_text().replace(f'"{VERSION}"', f'"{NEXT}"'))
    installation.release(sources, NEXT)
    installation.pull_and_up(NEXT)
    installation.wait_until_it_answers()


def test_what_was_pulled_runs_and_can_be_logged_in_to(installation: Installation, alice: Visitor) -> None:
    image = installation.inspect("app")["Config"]["Image"]
    assert image == f"{installation.prefix}microblog-app:{VERSION}"
    assert alice.post("hello").status == 200


@pytest.mark.usefixtures("next_version")
def test_an_upgrade_keeps_everything_and_copies_the_data_before(installation: Installation, alice: Visitor) -> None:
    assert installation.inspect("app")["Config"]["Image"].endswith(f":{NEXT}")
    assert "written before the upgrade" in alice.get("/explore").text, "still logged in"
    copies = installation.inside("app", "ls", "/data/backups").stdout
    assert re.search(rf"pre-upgrade-{newest_revision()}-9999\.db", copies)
    assert alice.post("written after the upgrade").status == 200


@pytest.mark.usefixtures("next_version")
def test_an_upgrade_fetches_the_program_alone(registry: Registry) -> None:
    before, after = (registry.layers("microblog-app", version) for version in (VERSION, NEXT))
    fetched = sum(size for digest, size in after.items() if digest not in before)
    assert 0 < fetched < 2 * 2**20
    assert list(before)[:-2] == list(after)[:-2], "Docker shares layers only above the same ones"


@pytest.mark.usefixtures("next_version")
def test_the_old_version_refuses_the_newer_data_and_says_which_one_to_use(
    installation: Installation, alice: Visitor
) -> None:
    refusal = f"the data was written by Microblog {NEXT}, this is {VERSION}. Use version {NEXT} or a later one"
    installation.pull_and_up(VERSION)
    eventually(lambda: refusal in installation.compose("logs", "app").stdout, 120)
    assert installation.visitor().get("/explore").status == 503
    installation.pull_and_up(NEXT)
    installation.wait_until_it_answers()
    assert "written after the upgrade" in alice.get("/explore").text
