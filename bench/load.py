"""Measures pages, the API, writing and log-ins under load, with few and with many posts beside a floor."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from .appliance import Machine
from .browser import PASSWORD, Browser
from .corpus import Corpus
from .figures import MIB, Figure
from .population import READER, populate
from .tree import Tree
from .wrk import Load, Request, load

CLIENTS = (1, 8, 32)
# people and posts: what a page costs must not depend on them
SMALL, MIDDLE, LARGE = (500, 10_000), (5_000, 100_000), (20_000, 1_000_000)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
# Who has a million posts uses it: the index is made in a minute (README, "Search").
FAST_INDEX = {"MICROBLOG_SEARCH": "sqlite"}
LISTS = ("home timeline", "explore", "profile", "messages")
# Places in the vocabulary, by frequency: as common as what people look for, and found more often than a page shows.
SEARCHES = {"search, one word": (300,), "search, two words": (30, 40)}
WORDS = Corpus().words
REBUILDING = "being made anew"


@dataclass(frozen=True)
class Row:
    """One kind of request, by so many clients: what wrk saw, milliseconds of a processor for each, bytes of memory."""

    what: str
    clients: int
    load: Load
    cpu: float
    memory: int


@dataclass(frozen=True)
class Seen:
    """All that came of one size."""

    rows: list[Row]
    floor: Row

    def row(self, what: str, clients: int = 1) -> Row:
        """That of this kind."""
        return next(row for row in self.rows if (row.what, row.clients) == (what, clients))


def measure(start: Callable[..., Machine], size: tuple[int, int], seconds: int) -> Seen:
    """Every kind of request by every number of clients, and the floor; prints a line for each."""
    people, posts = size
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        folder = Path(name)
        populate(folder / "data" / "app.db", people=people, posts=posts)
        print(f"\n{posts:,} posts, {people:,} people")
        print(f"{'':30}clients      /s    p50    p95    p99 ms  errors  CPU ms each    MiB")
        with floor_of(folder / "data" / "app.db") as (address, tree, headers):
            floor = ask("floor", address, tree, [Request("/", headers=headers)], 1, seconds)
        with start(folder, **FAST_INDEX) as machine:
            wait_for_search(Browser(machine.address, machine.context))
            return Seen(list(ask_all(machine, seconds)), floor)


def ask_all(machine: Machine, seconds: int) -> Iterator[Row]:
    """Each kind of request by each number of clients."""
    browser = Browser(machine.address, machine.context)
    browser.log_in(READER)
    for what, requests in kinds(browser).items():
        # Nginx refuses log-ins in such numbers, as it should.
        if what != "log in" or not machine.context:
            for clients in CLIENTS if what != "log in" else CLIENTS[:2]:
                yield ask(what, machine.address, machine.tree, requests, clients, seconds)


def kinds(browser: Browser) -> dict[str, list[Request]]:
    """What is asked for; the token acts for the same person as the cookie."""
    page = {"Cookie": browser.cookies}
    program = {"Authorization": f"Bearer {browser.make_token(READER)}"}
    stranger = Browser(browser.address, browser.context)
    log_in = {"csrf_token": stranger.token("/auth/login"), "username": READER, "password": PASSWORD}
    write = Request("/api/posts", "POST", program | JSON, '{"body": "measured %d"}')
    pages = {
        "home timeline": "/",
        "explore": "/explore",
        "profile": "/user/person2",
        "messages": "/messages",
        **{what: "/search?q=" + "+".join(WORDS[place] for place in places) for what, places in SEARCHES.items()},
        "notifications poll": "/notifications?since=0",
    }
    calls = {"home timeline": "/api/timelines/home", "user": "/api/users/2", "users": "/api/users"}
    reads = [Request(pages[what], headers=page) for what in LISTS[:3]]
    return {
        **{what: [Request(path, headers=page)] for what, path in pages.items()},
        **{f"API {what}": [Request(path, headers=program)] for what, path in calls.items()},
        "post": [write],
        "mixed 90/10": [*reads, *reads, *reads, write],
        # last, because only the newest log-ins of a person are kept: the cookie of the others is worth nothing then
        "log in": [Request("/auth/login", "POST", FORM | {"Cookie": stranger.cookies}, urlencode(log_in))],
    }


def ask(what: str, address: str, tree: Tree, requests: Sequence[Request], clients: int, seconds: int) -> Row:
    """Make these requests and print what came of it."""
    load(address, requests, clients=clients, seconds=1)
    before = tree.cpu_seconds()
    seen = load(address, requests, clients=clients, seconds=seconds)
    row = Row(what, clients, seen, 1000 * (tree.cpu_seconds() - before) / max(1, seen.requests), tree.memory())
    print(
        f"{what:30}{clients:7}{seen.rate:8.0f}{seen.p50:7.1f}{seen.p95:7.1f}{seen.p99:7.1f}{seen.errors:11}"
        f"{row.cpu:13.2f}{row.memory / MIB:7.0f}",
        flush=True,
    )
    return row


def wait_for_search(browser: Browser) -> None:
    """Until the index has been made, which takes the processor from what is to be measured."""
    browser.log_in(READER)
    while REBUILDING in browser.get(f"/search?q={WORDS[0]}"):
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
        yield f"http://{address}", Tree((process.pid,)), {"Cookie": cookie}
    finally:
        process.terminate()
        process.wait(20)


def compare(small: Seen, large: Seen) -> Iterator[Figure]:
    """How the larger size compares with the smaller one, the lists with the floor, and what else the budgets ask."""
    memory = max(row.memory for row in (*small.rows, *large.rows)) / MIB
    yield Figure("memory under load, the largest (sum of PSS)", memory, "MiB", 180)
    for row in large.rows:
        if row.clients == 1 and row.what not in ("post", "mixed 90/10"):
            ratio = row.cpu / small.row(row.what).cpu
            yield Figure(f"CPU with the larger size to the smaller one: {row.what}", ratio, "times", 1.5)
    for what in LISTS:
        yield Figure(f"CPU to that of the floor: {what}", small.row(what).cpu / small.floor.cpu, "times", 2)
    for what in SEARCHES:
        yield Figure(f"{what}, larger size, p95", large.row(what).load.p95, "ms", 100)
    for name, seen in (("smaller", small), ("larger", large)):
        yield Figure(f"mixed 90/10 by 32 clients, {name} size", seen.row("mixed 90/10", 32).load.rate, "/s")
    yield Figure("errors in all", sum(row.load.errors for row in (*small.rows, *large.rows)), "errors", 0)
