"""An appliance that nobody writes to writes nothing to its disk, though somebody has a page open that asks for news."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from processes import eventually
from running import Running, port_of_nobody, running
from whole import children

# Longer than every period that there is but that of the night: the worker's beat (10 s), the page's questions (20 s),
# the looks at the index and at the room on the disk (60 s).
IDLE_SECONDS = 65
NEWS = "/notifications"


@pytest.fixture
def appliance(browser: Browser, tmp_path: Path) -> Iterator[Running]:
    """An appliance as it is run: what its processes tell each other is in memory."""
    with running(tmp_path, port_of_nobody(), MICROBLOG_RUN_DIR="") as appliance:
        yield appliance


def processes_of(data: Path) -> list[int]:
    """Everything that serves the data of this folder."""
    mark = f"MICROBLOG_DATA_DIR={data}".encode()
    first = [each for each in children(os.getpid()) if mark in Path(f"/proc/{each}/environ").read_bytes()]
    found = list(first)
    for process in found:
        found += children(process)
    return found


def bytes_written(processes: list[int]) -> int:
    """What the kernel has counted as written to disks by these processes."""
    counted = 0
    for process in processes:
        lines = dict(line.split(": ") for line in Path(f"/proc/{process}/io").read_text().splitlines())
        counted += int(lines["write_bytes"])
    return counted


def states(folder: Path) -> dict[Path, tuple[int, int]]:
    """Size and time of every file; not when its owner was set, which SQLite does at every opening if root runs it."""
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def test_nothing_is_written_while_an_open_page_asks_for_news(appliance: Running, visit, tmp_path: Path) -> None:
    data = tmp_path / "data"
    alice = visit(appliance.address, "alice")
    alice.set_up(appliance.setup_code)
    asked: list[str] = []
    alice.page.on("response", lambda response: NEWS in response.url and asked.append(response.url))
    eventually((data / ".ballast").exists)
    # What began before the page was there is done by now.
    alice.page.wait_for_timeout(3000)
    processes, before = processes_of(data), states(data)
    assert len(processes) >= 4, "supervisord, the web process and what it has forked, the worker"
    written = bytes_written(processes)

    alice.page.wait_for_timeout(1000 * IDLE_SECONDS)
    assert len(asked) >= 2
    assert states(data) == before
    assert processes_of(data) == processes, "the same processes, so what they wrote was counted"
    assert bytes_written(processes) == written

    alice.write("Now there is something")
    eventually(lambda: bytes_written(processes) > written)
