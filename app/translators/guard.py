"""Stands before a translator: lets few in at once, and nobody for as long as the service asked to be left alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from .interface import NotTranslatable, Translator, TranslatorUnavailable

LONGEST_REST = 3600
SOON = 2


class GuardedTranslator:
    """A translator of which at most `most` translations are under way, so that threads are left for other pages."""

    def __init__(self, translator: Translator, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._translator = translator
        self._free = threading.BoundedSemaphore(most)
        self._clock = clock
        self._rest_until = 0.0

    @property
    def name(self) -> str:
        """What people know it by."""
        return self._translator.name

    def translate(self, text: str, source: str, target: str) -> str:
        """See the interface; refuses at once where it would have to wait."""
        rest = self._rest_until - self._clock()
        if rest > 0:
            raise TranslatorUnavailable(f"{self.name} asked for a pause", int(rest) + 1)
        if not self._free.acquire(blocking=False):
            raise TranslatorUnavailable("too many translations at once", SOON)
        try:
            return self._translator.translate(text, source, target)
        except NotTranslatable:
            raise
        except TranslatorUnavailable as error:
            if error.retry_after:
                self._rest_until = self._clock() + min(error.retry_after, LONGEST_REST)
            raise
        finally:
            self._free.release()
