"""Several machines, each with folders of its own, and one database on a real server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import databases
import pytest
from database_servers import Server

from app.core.config import Settings

KEY = "a secret key that all machines share"
Machine = Callable[[str], Settings]


@pytest.fixture
def machine(tmp_path: Path, server: Server) -> Machine:
    """Make the settings of a machine of that name; all of them have one database, empty at first, and one key."""
    common = Settings(tmp_path, tmp_path, KEY, database=databases.fresh_on(server).empty())

    def make(name: str) -> Settings:
        folders = [tmp_path / name / each for each in ("data", "run")]
        for folder in folders:
            folder.mkdir(parents=True)
        return replace(common, data_dir=folders[0], run_dir=folders[1])

    return make


@pytest.fixture
def settings(machine: Machine) -> Settings:
    """The machine of the application under test."""
    return machine("first")
