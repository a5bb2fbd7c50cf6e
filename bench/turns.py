"""Asks machines of two sizes and the floor in turns, because a shared processor's speed changes between minutes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from .appliance import Machine
from .figures import Figure
from .kinds import LISTS, WRITES, kinds
from .load import logged_in
from .tree import Tree
from .wrk import Request, load

ROUNDS, SECONDS = 5, 2
FLOOR, SMALLER, LARGER = "floor", "smaller", "larger"
# Of a second; less than that is the supervisor and the worker looking around.
IDLE = 0.05


@dataclass(frozen=True)
class Asked:
    """Who is asked, by one client: where, the processes that answer, and each kind of request."""

    address: str
    tree: Tree
    requests: Mapping[str, Sequence[Request]]

    def cost(self, what: str, seconds: int = SECONDS) -> float:
        """Milliseconds of a processor for each request of a kind; RuntimeError where one was not answered well."""
        before = self.tree.cpu_seconds()
        seen = load(self.address, self.requests[what], clients=1, seconds=seconds)
        if seen.errors:
            raise RuntimeError(f"{self.address}: {what}: {seen.errors} of {seen.requests} requests failed")
        return 1000 * (self.tree.cpu_seconds() - before) / max(1, seen.requests)


def compare(smaller: Machine, larger: Machine, database: Path) -> Iterator[Figure]:
    """How the larger machine compares with the smaller one, and its lists with the floor on the same `database`."""
    with floor_of(database) as floor:
        asked = {FLOOR: floor, SMALLER: _asked(smaller), LARGER: _asked(larger)}
        print(f"\nIn turns, CPU ms each\n{'':30}" + "".join(f"{name:>10}" for name in asked), flush=True)
        costs = {what: _in_turns(asked, what) for what in asked[SMALLER].requests if what not in WRITES}
    for what, taken in costs.items():
        yield _ratio(f"CPU with the larger size to the smaller one: {what}", taken[LARGER], taken[SMALLER], 1.5)
    for what in LISTS:
        yield _ratio(f"CPU to that of the floor: {what}", costs[what][SMALLER], costs[what][FLOOR], 2)


def _asked(machine: Machine) -> Asked:
    tree = machine.tree
    _wait_until_idle(tree)
    return Asked(machine.address, tree, kinds(logged_in(machine)))


def _wait_until_idle(tree: Tree) -> None:
    # what was written before goes into the index
    before = tree.cpu_seconds()
    while True:
        time.sleep(5)
        now = tree.cpu_seconds()
        if now - before < 5 * IDLE:
            return
        before = now


def _in_turns(asked: Mapping[str, Asked], what: str) -> dict[str, list[float]]:
    those = {name: each for name, each in asked.items() if what in each.requests}
    for each in those.values():
        each.cost(what, 1)
    taken: dict[str, list[float]] = {name: [] for name in those}
    for _ in range(ROUNDS):
        for name, each in those.items():
            taken[name].append(each.cost(what))
    shown = (f"{median(taken[name]):10.2f}" if name in taken else f"{'':10}" for name in asked)
    print(f"{what:30}" + "".join(shown), flush=True)
    return taken


def _ratio(what: str, of: Sequence[float], to: Sequence[float], most: float) -> Figure:
    """The median of the rounds: what slows one of them down slows both."""
    return Figure(what, median(one / other for one, other in zip(of, to, strict=True)), "times", most)


@contextmanager
def floor_of(database: Path) -> Iterator[Asked]:
    """The floor, served as the appliance is, asked by somebody logged in; it answers all lists alike."""
    address = "127.0.0.1:8765"
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-k", "gthread", "--threads", "4", "-b", address, "bench.floor:make_app()"],
        env=os.environ | {"BENCH_DATABASE": str(database)}, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        page = [Request("/", headers={"Cookie": _cookie(address)})]
        yield Asked(f"http://{address}", Tree((process.pid,)), dict.fromkeys(LISTS, page))
    finally:
        process.terminate()
        process.wait(20)


def _cookie(address: str) -> str:
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"http://{address}/in", timeout=5) as answer:
                return str(answer.headers["Set-Cookie"]).partition(";")[0]
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the floor does not answer")
