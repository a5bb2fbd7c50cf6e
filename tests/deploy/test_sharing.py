"""What was loaded before a fork stays shared, where Python has objects that live for ever."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest
from forking import CHILD_READS_ALL, MOST, child_that_makes, kept_private

KEEPS = (3, 12) <= sys.version_info[:2] < (3, 14) and sys.maxsize > 2**32


def test_a_forked_process_reads_what_was_loaded_without_making_it_its_own() -> None:
    ended = subprocess.run([sys.executable, "-c", CHILD_READS_ALL], capture_output=True, text=True, check=True)
    able, private = kept_private(ended.stdout)
    assert able == KEEPS
    assert (private < MOST / 4) if able else (private > MOST), "counting references copies all of it"


def test_what_is_kept_is_what_it_was() -> None:
    script = (
        "import gc, sys\n"
        "from app.boot.sharing import share_what_is_loaded\n"
        "class Kept: pass\n"
        "held = Kept(); held.of, held.names = {'one': ['two']}, (3.5, 'four', b'five')\n"
        "share_what_is_loaded()\n"
        "copies = [held] * 1000\n"
        "del copies, Kept\n"
        "gc.collect()\n"
        "print(held.of, held.names, type(held).__name__)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout == "{'one': ['two']} (3.5, 'four', b'five') Kept\n"
    assert ended.stderr == ""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="only GNU's library tells of its heap")
def test_a_forked_process_puts_what_it_makes_into_pages_of_its_own() -> None:
    private = {
        statement: int(subprocess.run([sys.executable, "-c", child_that_makes(statement)], capture_output=True).stdout)
        for statement in ("fill_holes()", "pass")
    }
    assert private["fill_holes()"] < private["pass"] / 2, "between the others it makes a page its own for each"
