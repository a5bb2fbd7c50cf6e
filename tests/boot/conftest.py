"""An appliance to boot."""

from __future__ import annotations

from pathlib import Path

import pytest
from booting import Boot


@pytest.fixture
def boot(tmp_path: Path, free_port: int) -> Boot:
    """Boot an appliance that has not run yet, with settings as keywords."""
    return Boot(tmp_path, free_port)


@pytest.fixture
def data(boot: Boot) -> Path:
    """Its data folder."""
    return boot.data
