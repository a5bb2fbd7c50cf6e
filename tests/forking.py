"""A program that forks after having loaded much, and tells how much of it the child made its own by reading it."""

from __future__ import annotations

# What the strings take at least, in KiB.
MOST = 16 * 1024
PRIVATE = """
def private():
    with open("/proc/self/smaps_rollup") as lines:
        return sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty"))
"""
CHILD_READS_ALL = f"""
import os
from app.boot.sharing import share_what_is_loaded

loaded = [str(number) * 5 for number in range({MOST * 1024 // 70})]
able = share_what_is_loaded()
{PRIVATE}

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


def child_that_makes(statement: str) -> str:
    """A program that leaves room between what it loads, does `statement`, and forks; the child prints how many KiB it
    has for itself after having made 2,000 things that would fit in between.
    """
    return f"""
import os
from app.boot.holes import fill_holes

loaded = [bytes(700) for number in range(20_000)]
del loaded[::8]
{statement}
{PRIVATE}
if os.fork():
    os.wait()
else:
    made = [bytes(700) for number in range(2_000)]
    print(private(), flush=True)
    os._exit(0)
"""
