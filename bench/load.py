"""Measures pages, the API, writing and log-ins of one machine under load."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .appliance import Machine
from .browser import Browser
from .figures import MIB, Figure
from .kinds import LOG_IN, SEARCHES, WORDS, kinds
from .population import READER, populate
from .tree import Tree
from .wrk import Load, Request, load

CLIENTS = (1, 8, 32)
# Who has a million posts uses it: the index is made in a minute (README, "Search").
FAST_INDEX = {"MICROBLOG_SEARCH": "sqlite"}
REBUILDING = "being made anew"


@dataclass(frozen=True)
class Row:
    """One kind of request, by so many clients: what wrk saw, milliseconds of a processor for each, bytes of memory."""

    what: str
    clients: int
    load: Load
    cpu: float
    memory: int


@contextmanager
def machine_of(start: Callable[..., Machine], size: tuple[int, int]) -> Iterator[tuple[Machine, Path]]:
    """A machine with so many people and posts whose index has been made, and the database that it began with."""
    people, posts = size
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        database = Path(name) / "data" / "app.db"
        populate(database, people=people, posts=posts)
        with start(Path(name), **FAST_INDEX) as machine:
            wait_for_search(Browser(machine.address, machine.context))
            yield machine, database


def measure(machine: Machine, size: tuple[int, int], seconds: int) -> list[Row]:
    """Every kind of request by every number of clients; prints a line for each."""
    people, posts = size
    print(f"\n{posts:,} posts, {people:,} people")
    print(f"{'':30}clients      /s    p50    p95    p99 ms  errors  CPU ms each    MiB")
    browser = logged_in(machine)
    return [
        ask(what, machine.address, machine.tree, requests, clients, seconds)
        for what, requests in kinds(browser).items()
        for clients in (CLIENTS if what != LOG_IN else CLIENTS[:2])
    ]


def logged_in(machine: Machine) -> Browser:
    """The reader's browser."""
    browser = Browser(machine.address, machine.context)
    browser.log_in(READER)
    return browser


def ask(what: str, address: str, tree: Tree, requests: Sequence[Request], clients: int, seconds: int) -> Row:
    """Make these requests, after a second that isn't counted, and print what came of it."""
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


def figures(few: Sequence[Row], many: Sequence[Row]) -> Iterator[Figure]:
    """What the budgets ask of the smaller and of the larger size, each alone."""
    for what in SEARCHES:
        yield Figure(f"{what}, larger size, p95", _row(many, what, 1).load.p95, "ms", 100)
    for name, rows in (("smaller", few), ("larger", many)):
        yield Figure(f"mixed 90/10 by 32 clients, {name} size", _row(rows, "mixed 90/10", 32).load.rate, "/s")
    yield Figure("errors in all", sum(row.load.errors for row in (*few, *many)), "errors", 0)


def _row(rows: Sequence[Row], what: str, clients: int) -> Row:
    return next(row for row in rows if (row.what, row.clients) == (what, clients))


def wait_for_search(browser: Browser) -> None:
    """Until the index has been made, which takes the processor from what is to be measured."""
    browser.log_in(READER)
    while REBUILDING in browser.get(f"/search?q={WORDS[0]}"):
        time.sleep(1)
