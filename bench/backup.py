"""Measures a backup of a large database while people write: `python -m bench.backup [--posts N]`."""

from __future__ import annotations

import argparse
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from app.backup.store import Store
from app.boot.schema import bring_up_to_date
from app.core.database import PRAGMAS, WriteQueue

MIB = 2**20
WORDS = (
    *("harbour", "morning", "garden", "letter", "winter", "bread", "river", "window", "music", "stone"),
    *("green", "early", "paper", "light", "road", "summer"),
)
PAUSE_SECONDS = 0.02


def main() -> None:
    """Fill a database, then print what a backup takes and how long writers had to wait for it."""
    parser = argparse.ArgumentParser(prog="python -m bench.backup")
    parser.add_argument("--posts", type=int, default=1_000_000, help="posts in the database (default a million)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        fill(data / "app.db", arguments.posts)
        until = time.monotonic() + 20
        show("longest write without a backup", write_while(data, lambda: time.monotonic() < until))
        backup = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "app", "backup", "now", "--gently"],
            env=os.environ | {"MICROBLOG_DATA_DIR": str(data), "SECRET_KEY": "k" * 40},
        )
        show("longest write during the backup", write_while(data, lambda: backup.poll() is None))
        made = Store(data).status()["made"]
        print(f"database {(data / 'app.db').stat().st_size / MIB:.0f} MiB, backup {made['size'] / MIB:.0f} MiB")
        print(f"the backup took {made['seconds']:.0f} s")
        print(f"memory at most {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB")


def show(what: str, times: list[float]) -> None:
    times.sort()
    middle, most = times[len(times) // 2], times[-1]
    print(f"{what}: {most * 1000:.0f} ms (median {middle * 1000:.1f} ms, {len(times)} writes)", flush=True)


def fill(database: Path, posts: int) -> None:
    bring_up_to_date(database)
    with closing(sqlite3.connect(database)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(post)") if row[1] != "id"]
        connection.execute(
            "INSERT INTO user (id, username, username_key, email, email_key, password_hash, session_key, is_admin,"
            " about_me, created_at, last_seen) VALUES (1, 'a', 'a', 'a', 'a', '', '', 0, '', '2026', '2026')"
        )
        marks = ", ".join("?" * len(columns))
        rows = ([value(column, number) for column in columns] for number in range(posts))
        connection.executemany(f"INSERT INTO post ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608
        connection.commit()


def value(column: str, number: int) -> object:
    if column.endswith("_id"):
        return 1
    if column.endswith("_at"):
        return "2026-01-01 00:00:00"
    return " ".join(WORDS[(number * 7 + place * number) % len(WORDS)] for place in range(12)) + f" {number}"


def write_while(data: Path, goes_on: Callable[[], bool]) -> list[float]:
    """Write as the application does, a row every 20 ms; how long each took."""
    times = []
    queue = WriteQueue(data / ".write.lock")
    with closing(sqlite3.connect(data / "app.db", isolation_level=None)) as connection:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        while goes_on():
            began = time.monotonic()
            with queue.turn():
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO fact VALUES (?, '')", [f"bench-{began}"])
                connection.execute("COMMIT")
            times.append(time.monotonic() - began)
            time.sleep(PAUSE_SECONDS)
    return times


if __name__ == "__main__":
    main()
