"""Starts an appliance in a folder of its own, uses it as people would, and prints what it took."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from .appliance import Appliance
from .browser import Browser

MIB = 2**20


def main() -> None:
    """Measure and print one figure a line."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--posts", type=int, default=60, help="posts to write, one a second (default 60)")
    parser.add_argument("--idle", type=int, default=60, help="seconds to watch it idle (default 60)")
    arguments = parser.parse_args()
    # Not in /tmp, which may be in memory: what is written to the disk is one of the figures.
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder, Appliance(Path(folder)) as appliance:
        measure(appliance, posts=arguments.posts, idle=arguments.idle)


def measure(appliance: Appliance, *, posts: int, idle: int) -> None:
    """Print every figure."""
    show("start to first page", f"{appliance.started_after:.1f} s")
    browser = Browser(appliance.address)
    browser.set_up(appliance.setup_code)
    show("memory idle (sum of PSS)", f"{appliance.tree.memory() / MIB:.0f} MiB")
    show(f"written to the disk while idle for {idle} s", f"{written(appliance, lambda: time.sleep(idle))} bytes")
    found: list[float] = []
    per_post = written(appliance, lambda: found.extend(write_posts(browser, posts))) / posts
    show("written to the disk per post, at one a second", f"{per_post / 1000:.1f} KB")
    show(
        "post acknowledged to found by search, median and worst",
        f"{statistics.median(found):.2f} s, {max(found):.2f} s",
    )
    for address in ("/", "/explore", "/search?q=number"):
        show(f"page {address}, median of 100", f"{page_time(browser, address) * 1000:.1f} ms")
    show("memory after that (sum of PSS)", f"{appliance.tree.memory() / MIB:.0f} MiB")


def show(what: str, figure: str) -> None:
    """Print one figure."""
    print(f"{what}: {figure}", flush=True)


def written(appliance: Appliance, act: Callable[[], object]) -> int:
    """Bytes that all processes sent to the disk during `act`."""
    before = appliance.tree.bytes_written()
    act()
    return appliance.tree.bytes_written() - before


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


def page_time(browser: Browser, address: str) -> float:
    """The median time for a page, in seconds, one request after another."""
    times = []
    for _ in range(100):
        begun = time.monotonic()
        browser.get(address)
        times.append(time.monotonic() - begun)
    return statistics.median(times)


if __name__ == "__main__":
    main()
