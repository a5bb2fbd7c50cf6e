"""Measures pages, the API, writing and log-ins under load, with few and with many posts: part of `make bench`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from .appliance import Appliance
from .browser import PASSWORD, Browser
from .population import READER, populate
from .tree import Tree
from .wrk import Load, Request, is_there, load

CLIENTS = (1, 8, 32)
# people and posts: what a page costs must not depend on them
SMALL, MIDDLE, LARGE = (500, 10_000), (5_000, 100_000), (20_000, 1_000_000)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
# Who has a million posts uses it: the index is made in a minute (README, "Search").
FAST_INDEX = {"MICROBLOG_SEARCH": "sqlite"}
LISTS = ("home timeline", "explore", "profile", "messages")


@dataclass(frozen=True)
class Row:
    """One kind of request, by so many clients: what wrk saw, and processor time for each in milliseconds."""

    what: str
    clients: int
    load: Load
    cpu: float


def main() -> None:
    """Print a table for each size, then the ratios between the sizes and to the floor."""
    parser = argparse.ArgumentParser(prog="python -m bench.load")
    parser.add_argument("--million", action="store_true", help="the larger size is 1,000,000 posts instead of 100,000")
    parser.add_argument("--seconds", type=int, default=3, help="how long each kind of request is made (default 3)")
    arguments = parser.parse_args()
    if not is_there():
        sys.exit("bench.load: wrk is missing; type: sudo apt install wrk")
    small, floor = measure(SMALL, arguments.seconds)
    large, _ = measure(LARGE if arguments.million else MIDDLE, arguments.seconds)
    compare(small, large, floor)


def measure(size: tuple[int, int], seconds: int) -> tuple[list[Row], Row]:
    """Every kind of request by every number of clients, and the floor; prints a line for each."""
    people, posts = size
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        folder = Path(name)
        populate(folder / "data" / "app.db", people=people, posts=posts)
        print(
            f"\n{posts:,} posts, {people:,} people\n{'':30}clients      /s    p50    p95    p99 ms  errors  CPU ms each"
        )
        with Appliance(folder, **FAST_INDEX) as appliance:
            wait_for_search(Browser(appliance.address))
            rows = list(ask_all(appliance, seconds))
        with floor_of(folder / "data" / "app.db") as (address, tree, headers):
            return rows, ask("floor", address, tree, [Request("/", headers=headers)], 1, seconds)


def ask_all(appliance: Appliance, seconds: int) -> Iterator[Row]:
    """Each kind of request by each number of clients."""
    browser = Browser(appliance.address)
    browser.log_in(READER)
    for what, requests in kinds(browser).items():
        for clients in CLIENTS if what != "log in" else CLIENTS[:2]:
            yield ask(what, appliance.address, appliance.tree, requests, clients, seconds)


def kinds(browser: Browser) -> dict[str, list[Request]]:
    """What is asked for; the token acts for the same person as the cookie."""
    page = {"Cookie": browser.cookies}
    program = {"Authorization": f"Bearer {browser.make_token(READER)}"}
    stranger = Browser(browser.address)
    log_in = {"csrf_token": stranger.token("/auth/login"), "username": READER, "password": PASSWORD}
    home = Request("/", headers=page)
    write = Request("/api/posts", "POST", program | JSON, '{"body": "measured %d"}')
    reads = [home, Request("/explore", headers=page), Request("/user/person2", headers=page)]
    return {
        "home timeline": [home],
        "explore": reads[1:2],
        "profile": reads[2:],
        "messages": [Request("/messages", headers=page)],
        "search": [Request("/search?q=measured", headers=page)],
        "notifications poll": [Request("/notifications?since=0", headers=page)],
        "API home timeline": [Request("/api/timelines/home", headers=program)],
        "API user": [Request("/api/users/2", headers=program)],
        "API users": [Request("/api/users", headers=program)],
        "post": [write],
        "log in": [Request("/auth/login", "POST", FORM | {"Cookie": stranger.cookies}, urlencode(log_in))],
        "mixed 90/10": [*reads, *reads, *reads, write],
    }


def ask(what: str, address: str, tree: Tree, requests: Sequence[Request], clients: int, seconds: int) -> Row:
    """Make these requests and print what came of it."""
    load(address, requests, clients=clients, seconds=1)
    before = tree.cpu_seconds()
    seen = load(address, requests, clients=clients, seconds=seconds)
    row = Row(what, clients, seen, 1000 * (tree.cpu_seconds() - before) / max(1, seen.requests))
    print(
        f"{what:30}{clients:7}{seen.rate:8.0f}{seen.p50:7.1f}{seen.p95:7.1f}{seen.p99:7.1f}{seen.errors:11}{row.cpu:13.2f}",
        flush=True,
    )
    return row


def wait_for_search(browser: Browser) -> None:
    """Until the index has been made, which takes the processor from what is to be measured."""
    while "<article" not in browser.get("/search?q=the") and "rebuil" in browser.get("/readyz"):
        time.sleep(1)


@contextmanager
def floor_of(database: Path) -> Iterator[tuple[str, Tree, dict[str, str]]]:
    """The floor, served as the appliance is; its address, its processes, and the headers of somebody logged in."""
    address = "127.0.0.1:8765"
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-k", "gthread", "--threads", "4", "-b", address, "bench.floor:make_app()"],
        env=os.environ | {"BENCH_DATABASE": str(database)}, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(100):
            try:
                with urllib.request.urlopen(f"http://{address}/in", timeout=5) as answer:
                    cookie = answer.headers["Set-Cookie"].partition(";")[0]
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://{address}", Tree(process.pid), {"Cookie": cookie}
    finally:
        process.terminate()
        process.wait(20)


def compare(small: list[Row], large: list[Row], floor: Row) -> None:
    """Print how the larger size compares with the smaller one, and the lists with the floor."""
    print(f"\n{'one client':30}CPU, larger size to smaller   CPU to the floor")
    for one, other in zip(small, large, strict=True):
        if one.clients == 1:
            to_floor = f"{one.cpu / floor.cpu:19.2f}" if one.what in LISTS else ""
            print(f"{one.what:30}{other.cpu / one.cpu:26.2f}{to_floor}")
    print(f"errors in all: {sum(row.load.errors for row in [*small, *large])}")


if __name__ == "__main__":
    main()
