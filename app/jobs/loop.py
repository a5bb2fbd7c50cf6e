"""A thread of the worker's that does one thing again and again, so that the worker never waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from ..core.database import db
from ..core.errors import Busy, StorageFull

logger = logging.getLogger(__name__)
PAUSE_AFTER_ERROR = 5.0


class Loop:
    """Calls `step` in a thread of its own; `step` returns after how many seconds it should be called again.

    `context` makes what the thread works in. `report` gets errors that nobody expected; after one the loop goes on.
    """

    def __init__(
        self,
        name: str,
        context: Callable[[], AbstractContextManager[object]],
        step: Callable[[], float],
        report: Callable[[Exception, str], None] = lambda _error, _where: None,
    ) -> None:
        self.name = name
        self._context, self._step, self._report = context, step, report
        self._wake, self._stopping = threading.Event(), threading.Event()
        # A daemon: a conversation with a mail server must not keep the process that is told to end.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_running(self) -> bool:
        """Whether the thread was started and has not ended."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wake(self) -> None:
        """Have `step` called soon."""
        self._wake.set()

    def should_proceed(self) -> bool:
        """Whether nobody has asked the loop to stop."""
        return not self._stopping.is_set()

    def stop(self, timeout: float) -> None:
        """End the loop after its present step; wait for that at most `timeout` seconds."""
        self._stopping.set()
        self._wake.set()
        if self.is_running:
            self._thread.join(timeout)

    def _run(self) -> None:
        with self._context():
            while self.should_proceed():
                self._wake.wait(self._step_safely())
                self._wake.clear()

    def _step_safely(self) -> float:
        try:
            return self._step()
        except (Busy, StorageFull) as error:
            logger.warning("%s: %s: %s", self.name, type(error).__name__, error)
        except Exception as error:
            logger.exception("%s failed", self.name)
            db.session.rollback()
            self._report(error, f"worker: {self.name}")
        finally:
            db.session.rollback()
        return PAUSE_AFTER_ERROR
