"""Work in a process forked from this one, which takes along what it opened and loaded."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

# From <linux/prctl.h>.
PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Have the kernel send SIGTERM to this process when its parent ends, whatever ended it.

    To be called right after the fork. `parent` is the process id that the parent had before it: a parent that is gone
    already would never be noticed.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def run_in_child(work: Callable[[], object], meanwhile: Callable[[int], object] | None = None) -> int:
    """Do this work in a child and wait for it; its exit status, 128 and more if a signal ended it.

    `meanwhile` is called with a file descriptor that can be read once the child has ended.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    # The other end stays open in the child alone, and so until it ends.
    ended, alive = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        end_with_parent(parent)
        os.close(ended)
        run_and_exit(work)
    os.close(alive)
    try:
        if meanwhile is not None:
            meanwhile(ended)
    finally:
        os.close(ended)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status if status >= 0 else 128 - status


def run_and_exit(work: Callable[[], object]) -> NoReturn:
    """Do this work as the last thing in a forked process, and end with its status.

    Not by `sys.exit`: what the parent prepared for its own end is not this process's business.
    """
    status = 1
    try:
        work()
        status = 0
    except SystemExit as ending:
        status = _status(ending)
    except BaseException:
        # the end of a process: nobody is above who could handle it
        traceback.print_exc()
    finally:
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(status)


def _status(ending: SystemExit) -> int:
    if ending.code is None or isinstance(ending.code, int):
        return ending.code or 0
    print(ending.code, file=sys.stderr)
    return 1
