"""The contract of a translator; tests/translators/test_translator_contract.py holds every one to it."""

from __future__ import annotations

from typing import Protocol


class TranslatorUnavailable(Exception):
    """The service does not translate now; the message, for the log, says why. `retry_after` is in seconds."""

    def __init__(self, reason: str, retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class NotTranslatable(TranslatorUnavailable):
    """The service will never translate this text from this language into that one."""


class Translator(Protocol):
    """A service that translates."""

    @property
    def name(self) -> str:
        """What people know it by."""

    def translate(self, text: str, source: str, target: str) -> str:
        """The text in the language `target`, never empty; raises TranslatorUnavailable, NotTranslatable among it.

        Languages are named as the detector names them. Slow: never call it inside a transaction.
        """
