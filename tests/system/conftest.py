"""The appliance under test, once for all system tests: building and starting it is the slow part."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from appliance import PASSWORD, Appliance
from visitor import Visitor


@pytest.fixture(scope="session")
def engine() -> None:
    """A Docker engine that answers, with compose."""
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        if shutil.which("docker") is None or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("needs docker")


@pytest.fixture(scope="session")
def appliance(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Appliance]:
    """The compose project, built from this checkout."""
    appliance = Appliance(tmp_path_factory.mktemp("compose"))
    try:
        appliance.compose("build")
        appliance.up()
        yield appliance
    finally:
        # pytest shows this only when something failed
        print(appliance.compose("logs", "--no-color", "--tail", "200", check=False).stdout)
        appliance.remove()


@pytest.fixture(scope="session")
def administrator(appliance: Appliance) -> Visitor:
    """The first visitor, who was sent to /setup and made the first account."""
    visitor = appliance.visitor()
    assert visitor.get("/").path == "/setup"
    answer = visitor.submit(
        "/setup",
        code=appliance.setup_code(),
        username="alice",
        email="alice@example.org",
        password=PASSWORD,
        password2=PASSWORD,
    )
    assert answer.status == 200, answer.text
    log_in(visitor, "alice")
    return visitor


@pytest.fixture(scope="session")
def member(appliance: Appliance, administrator: Visitor) -> Visitor:
    """Somebody whom the administrator invited."""
    visitor = appliance.visitor()
    page = administrator.submit("/admin/invitations", uses="1", days="1", note="")
    link = re.search(r"/invite/[\w-]+", page.text)
    assert link, page.text
    answer = visitor.submit(link[0], username="bob", email="bob@example.org", password=PASSWORD, password2=PASSWORD)
    assert (answer.status, answer.path) == (200, "/"), answer.text
    return visitor


def log_in(visitor: Visitor, username: str) -> None:
    """Log in, unless the visitor already is."""
    if visitor.get("/index").path == "/auth/login":
        visitor.submit("/auth/login", username=username, password=PASSWORD, remember_me="y")
    assert visitor.get("/index").path in ("/", "/index")
