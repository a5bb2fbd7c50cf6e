"""Starts appliances in folders of their own, uses them as people would, prints what it took and what was promised."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import containers, load, quiet, turns, wrk
from .appliance import Appliance, Machine
from .figures import MIB, Figure, show

# people and posts: what a page costs must not depend on them
SMALL, MIDDLE, LARGE = (500, 10_000), (5_000, 100_000), (20_000, 1_000_000)
BASES = {"app": ("python:3.13-slim-trixie", 20.0), "nginx": ("debian:trixie-slim", 8.0)}


def main() -> None:
    """Measure without Docker, and with it where BENCH_DOCKER is set; print one table for each."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--posts", type=int, default=60, help="posts to write, one a second (default 60)")
    parser.add_argument("--idle", type=int, default=60, help="seconds to watch it idle (default 60)")
    parser.add_argument("--seconds", type=int, default=3, help="how long each kind of request is made (default 3)")
    parser.add_argument("--million", action="store_true", help="the larger size is 1,000,000 posts instead of 100,000")
    arguments = parser.parse_args()
    with_docker = bool(os.environ.get("BENCH_DOCKER"))
    reason = containers.reason_against() if with_docker else None
    if reason or not wrk.is_there():
        sys.exit(f"make bench: {reason or 'wrk is missing; type: sudo apt install wrk'}")
    figures = list(measure(Appliance, arguments))
    in_containers = [*measure(containers.Containers, arguments), *of_containers()] if with_docker else []
    show(figures, "Without Docker (make run)")
    if in_containers:
        show(in_containers, "Containers, over https")


def measure(start: type[Machine], arguments: argparse.Namespace) -> Iterator[Figure]:
    """All figures of machines of this kind."""
    with machine_in_folder(start) as machine:
        yield from quiet.measure(machine, posts=arguments.posts, idle=arguments.idle)
    yield from under_load(start, LARGE if arguments.million else MIDDLE, arguments.seconds)


def under_load(start: type[Machine], size: tuple[int, int], seconds: int) -> Iterator[Figure]:
    """A machine of each size alone, then both beside each other."""
    with load.machine_of(start, SMALL) as (smaller, _):
        few = load.measure(smaller, SMALL, seconds)
    with load.machine_of(start, size) as (larger, _):
        many = load.measure(larger, size, seconds)
        with load.machine_of(start, SMALL) as (smaller, database):
            ratios = list(turns.compare(smaller, larger, database))
    yield Figure("memory under load, the largest (sum of PSS)", max(row.memory for row in few + many) / MIB, "MiB", 180)
    yield from ratios
    yield from load.figures(few, many)


def of_containers() -> Iterator[Figure]:
    """What only containers have: a start with half a processor, and the size of images."""
    with machine_in_folder(containers.Containers, cpus=0.5) as machine:
        yield Figure("the same with half a processor for each container", machine.started_after, "s", 10)
    for service, (base, most) in BASES.items():
        size = containers.size_over_base(service, base) / MIB
        yield Figure(f"image {service} over its base, compressed", size, "MiB", most)


@contextmanager
def machine_in_folder(start: type[Machine], **settings: Any) -> Iterator[Machine]:
    """A new machine. Not in /tmp, which may be in memory: what is written to the disk is one of the figures."""
    with (
        tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder,
        start(Path(folder), **settings) as machine,
    ):
        yield machine


if __name__ == "__main__":
    main()
