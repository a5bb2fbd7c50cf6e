"""The file by which the images are made: architectures, tags and what is noted in them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def described(**settings: str) -> dict[str, Any]:
    if shutil.which("docker") is None or subprocess.run(["docker", "buildx", "version"], check=False).returncode:
        pytest.skip("needs docker with buildx")
    ended = subprocess.run(
        ["docker", "buildx", "bake", "--file", "deploy/docker-bake.hcl", "--print"],
        cwd=ROOT, env=os.environ | settings, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return dict(json.loads(ended.stdout)["target"])


def test_a_version_is_also_the_newest_of_its_kind_and_of_all() -> None:
    targets = described(VERSION="1.2.3", MICROBLOG_IMAGE_PREFIX="registry.example.org/team/")
    for name in ("app", "nginx"):
        image = f"registry.example.org/team/microblog-{name}"
        assert targets[name]["tags"] == [f"{image}:1.2.3", f"{image}:1.2", f"{image}:latest"]
        assert targets[name]["platforms"] == ["linux/amd64", "linux/arm64"]


@pytest.mark.parametrize("version", ["1.3.0-rc1", "dev"])
def test_what_is_no_final_version_is_nobodys_newest(version: str) -> None:
    assert described(VERSION=version)["app"]["tags"] == [f"microblog-app:{version}"]


def test_the_images_tell_where_they_come_from() -> None:
    targets = described(VERSION="1.2.3", REVISION="abc", SOURCE="https://example.org/microblog", CREATED="2026-01-01")
    for name, folder in (("app", ROOT), ("nginx", ROOT / "nginx")):
        given = targets[name]["args"]
        assert given == {"VERSION": "1.2.3", "REVISION": "abc", "SOURCE": "https://example.org/microblog"}
        assert targets[name]["labels"] == {"org.opencontainers.image.created": "2026-01-01"}
        dockerfile = (folder / "Dockerfile").read_text()
        for label in ("title", "description", "licenses", "source", "version", "revision"):
            assert f"org.opencontainers.image.{label}=" in dockerfile
        assert all(f"ARG {argument}=" in dockerfile for argument in given)
