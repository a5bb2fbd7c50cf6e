"""A program that forks after having loaded much, and tells how much of it the child made its own by reading it."""

from __future__ import annotations

# What the strings take at least, in KiB.
MOST = 16 * 1024
CHILD_READS_ALL = f"""
import os
from app.boot.sharing import share_what_is_loaded

loaded = [str(number) * 5 for number in range({MOST * 1024 // 70})]
able = share_what_is_loaded()


def private():
    with open("/proc/self/smaps_rollup") as lines:
        return sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty"))


if os.fork():
    os.wait()
else:
    before = private()
    for one in loaded:
        held = one
    print(int(able), private() - before, flush=True)
    os._exit(0)
"""


def kept_private(output: str) -> tuple[bool, int]:
    """Of what the program printed: whether objects could be kept shared, and the KiB that the child has for itself."""
    able, private = output.split()
    return able == "1", int(private)
