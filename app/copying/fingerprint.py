"""What a table holds as two figures, the same on every kind of database: how many rows, and a sum over them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

BYTES = 16
SHOWN_DIGITS = 12


@dataclass
class Fingerprint:
    """Changes with every value of every row, but not with the order of rows, which databases have each their own."""

    rows: int = 0
    total: int = 0

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Take more rows into account."""
        for row in rows:
            digest = blake2b(_bytes_of(row), digest_size=BYTES).digest()
            self.total = (self.total + int.from_bytes(digest)) % 2 ** (8 * BYTES)
            self.rows += 1

    def __str__(self) -> str:
        return f"{self.total:0{2 * BYTES}x}"[:SHOWN_DIGITS]


def _bytes_of(row: Sequence[Any]) -> bytes:
    """A row's values, each with its type, so that no two rows look the same."""
    return json.dumps(list(row), default=_told_apart, sort_keys=True).encode()


def _told_apart(value: object) -> dict[str, str]:
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    raise TypeError(f"a value of type {type(value).__name__} in a table")
