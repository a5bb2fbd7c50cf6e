"""`make bench-search`: every engine with 10,000 and 100,000 posts (and a million if asked), in a process of its own."""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from secrets import token_hex

from app.core.search_settings import ELASTICSEARCH, SearchSettings
from app.search.finding import suggest
from app.search.interface import SearchIndex
from app.search.language import parse
from app.search.sqlite_index import SqliteIndex
from app.search.whoosh_index import WhooshIndex

from .corpus import Corpus

MIB = 2**20
UPDATES = 500
SIZES = (10_000, 100_000)
MILLION = 1_000_000
URL = "ELASTICSEARCH_TEST_URL"


def main() -> None:
    """Measure every engine with every number of posts."""
    parser = argparse.ArgumentParser(prog="make bench-search")
    parser.add_argument("--million", action="store_true", help="with a million posts too (takes long)")
    parser.add_argument("--engine", choices=("whoosh", "sqlite", "elasticsearch"), help="this one alone")
    parser.add_argument("--posts", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.folder:
        measure_reading(make(arguments.engine, arguments.folder))
        return
    if arguments.posts:
        measure(arguments.engine, arguments.posts)
        return
    engines = (
        [arguments.engine]
        if arguments.engine
        else ["whoosh", "sqlite", *(["elasticsearch"] if URL in os.environ else [])]
    )
    figures: dict[tuple[str, str], list[float]] = {}
    for engine in engines:
        for posts in (*SIZES, *([MILLION] if arguments.million else [])):
            print(f"\n{engine}, {posts:,} posts", flush=True)
            command = [sys.executable, "-m", "bench.search", "--engine", engine, "--posts", str(posts)]
            for line in subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
                print(line, flush=True)
                name, _, rest = line.strip().partition(": ")
                figures.setdefault((engine, name), []).append(float(rest.split()[0].replace(",", "")))
    print("\nratios from each number of posts to the next")
    for (engine, name), values in figures.items():
        ratios = [f"{after / before:.1f}" if before else "-" for before, after in pairwise(values)]
        print(f"  {engine}, {name}: {' '.join(ratios)}")


def measure(engine: str, posts: int) -> None:
    """Print every figure of one engine."""
    # Not in /tmp, which may be in memory: what is written to the disk is one of the figures.
    folder = Path(tempfile.mkdtemp(dir=Path.cwd(), prefix=".bench-"))
    try:
        corpus = Corpus()
        index = make(engine, folder)
        begun = time.monotonic()
        index.rebuild(corpus.posts(1, posts))
        show("built, posts a second", posts / (time.monotonic() - begun))
        written = bytes_written()
        updates = [
            timed(lambda n=n: index.update(list(corpus.posts(n, n)), [])) for n in range(posts + 1, posts + UPDATES + 1)
        ]
        show_times("update with one post, ms", updates)
        if engine != "elasticsearch":
            show("written to the disk per update, KB", (bytes_written() - written) / UPDATES / 1000)
            show("on the disk, MB", sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6)
        if engine == "elasticsearch":
            measure_reading(index)
        else:
            # A process that has written nothing, as a web process: its memory is what the reader costs.
            command = [sys.executable, "-m", "bench.search", "--engine", engine, "--folder", str(folder)]
            subprocess.run(command, check=True)
        if engine == "elasticsearch":
            # What is left on the server then is empty.
            index.rebuild([])
        index.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure_reading(index: SearchIndex) -> None:
    """Print how long questions take, and the memory for it."""
    questions_of, before = Corpus().questions(), memory()
    for name, questions in questions_of.items():
        show_times(f"{name}, ms", [timed(asked(index, question)) for question in questions])
    show("memory of a reader, MiB", (memory() - before) / MIB)


def make(engine: str, folder: Path) -> SearchIndex:
    """An engine with nothing in it."""
    if engine == "elasticsearch":
        from app.search.elasticsearch_index import ElasticsearchIndex  # noqa: PLC0415  its library only where it is measured

        return ElasticsearchIndex(SearchSettings(ELASTICSEARCH, os.environ[URL], f"bench-{token_hex(4)}"))
    return SqliteIndex(folder) if engine == "sqlite" else WhooshIndex(folder)


def asked(index: SearchIndex, question: str) -> Callable[[], object]:
    """What a page of results asks the engine for."""
    query = parse(question).resolved({"someone": 7})

    def ask() -> None:
        if not index.search("post", query, 0, 25).total:
            suggest(index, "post", None, query)

    return ask


def timed(act: Callable[[], object]) -> float:
    """How long something takes, in milliseconds."""
    begun = time.monotonic()
    act()
    return (time.monotonic() - begun) * 1000


def show(what: str, figure: float) -> None:
    """Print one figure."""
    print(f"  {what}: {figure:,.1f}", flush=True)


def show_times(what: str, times: Sequence[float]) -> None:
    """Print what half, 95 and 99 of a hundred, and all took at most."""
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    print(f"  {what}: {cuts[49]:.1f} p95 {cuts[94]:.1f} p99 {cuts[98]:.1f} max {max(times):.1f}", flush=True)


def memory() -> int:
    """The proportional set size of this process, in bytes."""
    return _field("smaps_rollup", "Pss:") * 1024


def bytes_written() -> int:
    """What this process has sent to the disk, in bytes."""
    return _field("io", "write_bytes:") - _field("io", "cancelled_write_bytes:")


def _field(name: str, label: str) -> int:
    lines = Path(f"/proc/self/{name}").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(label))


if __name__ == "__main__":
    main()
