"""Addresses of pages as templates ask for them, each made once."""

from __future__ import annotations

from functools import lru_cache

from flask import url_for

ADDRESSES_KEPT = 1024


class Addresses:
    """What `url_for` answers in templates: the same as Flask's, kept, because a page of 25 posts asks for 70.

    Kept are those alone that depend on nothing but what they are asked with.
    """

    def __init__(self) -> None:
        self._made = lru_cache(maxsize=ADDRESSES_KEPT)(self._make)

    def url_for(self, endpoint: str, **values: object) -> str:
        """The address of a page."""
        if endpoint.startswith(".") or "_external" in values:
            return url_for(endpoint, **values)  # type: ignore[arg-type]
        return self._made(endpoint, tuple(values.items()))

    @staticmethod
    def _make(endpoint: str, values: tuple[tuple[str, object], ...]) -> str:
        return url_for(endpoint, **dict(values))  # type: ignore[arg-type]
