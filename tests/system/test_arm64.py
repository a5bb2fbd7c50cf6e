"""The images for 64-bit ARM, built and started under an emulator: `make test-arm64`, not part of the ordinary run."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path

import pytest
from appliance import PASSWORD, Appliance, docker, eventually

pytestmark = [pytest.mark.system, pytest.mark.arm64]

OVERRIDE = """
services:
  app:
    platform: linux/arm64
    build: {{network: host, platforms: [linux/arm64], args: {{PYTHON_IMAGE: "{python}"}}}}
    # emulated, everything takes many times as long
    environment: {{MICROBLOG_CLOCK_WAIT: "1"}}
    mem_limit: 2g
  nginx:
    platform: linux/arm64
    build: {{network: host, platforms: [linux/arm64], args: {{DEBIAN_IMAGE: "{debian}"}}}}
    mem_limit: 1g
"""


def base(name: str) -> str:
    """The base image; where no registry is reached, one that was made here has the architecture in its tag."""
    return f"{name}-arm64" if docker("image", "inspect", f"{name}-arm64", check=False).returncode == 0 else name


class Emulated(Appliance):
    """The same appliance, built for another architecture."""

    # from nothing, emulated, on two processors: a quarter of an hour
    most_seconds = 3600

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.project = f"microblog-test-{os.getpid()}-arm64"
        self._environment |= {"COMPOSE_PROJECT_NAME": self.project, "MICROBLOG_VERSION": self.project}
        self._override.write_text(
            OVERRIDE.format(python=base("python:3.13-slim-trixie"), debian=base("debian:trixie-slim"))
        )


@pytest.fixture(scope="module")
def appliance(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulated]:
    """Both images for arm64, started."""
    native = platform.machine() == "aarch64"
    if not native and not Path("/proc/sys/fs/binfmt_misc/qemu-aarch64").exists():
        pytest.skip("needs an emulator: qemu-user-static")
    appliance = Emulated(tmp_path_factory.mktemp("arm64"))
    try:
        appliance.compose("build")
        appliance.compose("up", "-d", "--no-build")
        eventually(lambda: appliance.visitor_or_none() is not None, 900)
        yield appliance
    finally:
        print(appliance.compose("logs", "--no-color", "--tail", "100", check=False).stdout)
        appliance.remove()


def test_the_images_are_of_that_architecture(appliance: Emulated) -> None:
    for service in ("app", "nginx"):
        image = json.loads(docker("image", "inspect", appliance.inspect(service)["Image"]).stdout)[0]
        assert image["Architecture"] == "arm64"
    assert appliance.inside("app", "python", "-c", "import platform; print(platform.machine())").stdout == "aarch64\n"


def test_somebody_sets_it_up_and_posts_over_https(appliance: Emulated) -> None:
    visitor = appliance.visitor()
    visitor.submit(
        "/setup", code=appliance.setup_code(), username="alice", email="alice@example.org",
        password=PASSWORD, password2=PASSWORD,
    )  # fmt: skip
    visitor.submit("/auth/login", username="alice", password=PASSWORD, remember_me="y")
    visitor.post("written on ARM")
    eventually(lambda: visitor.finds("written"), 300)
