"""Texts of checks: English for the command line and for programs, translated on the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from flask_babel import gettext


class Phrase(str):
    """A text in English that keeps the marked messages and values it is made of, so that a page can translate it."""

    __slots__ = ("parts",)
    parts: tuple[tuple[str, dict[str, object]], ...]

    def __new__(cls, message: str, **values: object) -> Self:
        """Make a phrase of a message, marked for translation, and of the values in it."""
        return cls._of([(message, values)])

    @classmethod
    def _of(cls, parts: Iterable[tuple[str, dict[str, object]]]) -> Self:
        made = tuple(parts)
        text = ", ".join(message % values if values else message for message, values in made)
        phrase = super().__new__(cls, text)
        phrase.parts = made
        return phrase

    def also(self, message: str, **values: object) -> Self:
        """Return this phrase with another one after a comma."""
        return self._of([*self.parts, (message, values)])


def translate_phrase(text: str) -> str:
    """Return a phrase in the language of the page; any other text, such as the name of an error, as it is."""
    if not isinstance(text, Phrase):
        return text
    return ", ".join(str(gettext(message, **values)) for message, values in text.parts)
