"""What the tests of scripts and configuration share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from backup_operator import Operator
from set_up import SetUp, set_up_in

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="module", autouse=True)
def tools(request: pytest.FixtureRequest) -> None:
    """Skip the tests of a module of which a tool in its NEEDS is missing, before anything is made with that tool."""
    for tool in getattr(request.module, "NEEDS", ()):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SetUp]:
    """An appliance behind Nginx, for a module's tests."""
    for tool in ("nginx", "openssl"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    with set_up_in(tmp_path_factory.mktemp("set-up")) as made:
        yield made


@pytest.fixture
def operator(root: Path, tmp_path: Path, free_port: int, migrated_database: Path) -> Operator:
    """Somebody whose appliance of `make run` has a row, the fact "old"."""
    if not (root / ".venv" / "complete").exists():
        pytest.skip("needs the environment that make run makes")
    operator = Operator(root, tmp_path, free_port)
    operator.data.mkdir()
    shutil.copy(migrated_database, operator.data / "app.db")
    operator.write_fact("old")
    return operator
