"""What an appliance takes that one person uses: start, memory, writes to the disk, and until a post is found."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from .appliance import Machine
from .browser import Browser
from .figures import MIB, Figure

# The worker looks at everything a minute after its start: what it loads for that stays.
SETTLED_AFTER = 70


def measure(machine: Machine, *, posts: int, idle: int) -> Iterator[Figure]:
    """Every figure, of a machine that has just been started for the first time; `idle` in seconds."""
    yield Figure(machine.start_is, machine.started_after, "s", 5)
    browser = Browser(machine.address, machine.context)
    browser.set_up(machine.setup_code)
    time.sleep(SETTLED_AFTER)
    yield Figure("memory idle (sum of PSS)", machine.tree.memory() / MIB, "MiB", 120)
    idly = written(machine, lambda: time.sleep(idle))
    yield Figure(f"written to the disk while idle for {idle} s", idly, "bytes", 0)
    found: list[float] = []
    per_post = written(machine, lambda: found.extend(write_posts(browser, posts))) / posts
    yield Figure("written to the disk per post, at one a second", per_post / 1000, "KB", 27)
    slowest_percent = sorted(found)[int(len(found) * 0.99)]
    yield Figure("from the answer to a post until search finds it, p99", slowest_percent, "s", 1)


def written(machine: Machine, act: Callable[[], object]) -> int:
    """Bytes that all processes sent to the disk during `act`."""
    before = machine.tree.bytes_written()
    act()
    return machine.tree.bytes_written() - before


def write_posts(browser: Browser, count: int) -> list[float]:
    """Write a post each second; how long each took from the answer until it was found, in seconds."""
    times = []
    for number in range(count):
        begun = time.monotonic()
        browser.post(f"post number {number} with a word of its own: unique{number}x and some more to be like a post")
        answered = time.monotonic()
        while not browser.finds(f"unique{number}x"):
            time.sleep(0.01)
        times.append(time.monotonic() - answered)
        time.sleep(max(0.0, 1 - (time.monotonic() - begun)))
    return times
