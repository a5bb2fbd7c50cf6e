"""A translator in memory, which remembers what it was asked and can be told to fail."""

from __future__ import annotations

from collections.abc import Callable


class Interpreter:
    """Translates by saying so."""

    name = "a dictionary"

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.failure: Exception | None = None
        self.meanwhile: Callable[[], None] = lambda: None

    def translate(self, text: str, source: str, target: str) -> str:
        """Remembers, does what happens meanwhile, then fails or answers."""
        self.asked.append((text, source, target))
        self.meanwhile()
        if self.failure:
            raise self.failure
        return f"{text}, in {target}"
