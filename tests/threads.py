"""Several people doing the same thing at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
LIMIT_SECONDS = 60


def at_once(*calls: Callable[[], Result]) -> list[Result | Exception]:
    """Let all calls start together, each in a thread of its own; what each returned or raised, in their order."""
    start = threading.Barrier(len(calls))
    results: list[Result | Exception] = [TimeoutError()] * len(calls)

    def run(place: int, call: Callable[[], Result]) -> None:
        start.wait(LIMIT_SECONDS)
        try:
            results[place] = call()
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_SECONDS)
    return results
