"""What the tests of scripts and configuration share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(autouse=True)
def tools(request: pytest.FixtureRequest) -> None:
    """Skip tests marked by their module's NEEDS when one of those tools is missing."""
    for tool in getattr(request.module, "NEEDS", ()):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
