"""The best hits of a search, fixed when its first page is made and carried by the addresses of the others.

What others write and delete meanwhile changes scores; a list that stays the same shows no hit twice and loses none.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..core.paging import LARGEST_ID

MAX_PINNED = 100
# A number takes ten bytes at most, a byte less than two characters.
MAX_TOKEN_LENGTH = (MAX_PINNED + 2) * 14


@dataclass(frozen=True)
class Pinned:
    """Ids of the best hits, best first; how many hits there were, and whether there were `more` than were counted."""

    ids: tuple[int, ...]
    total: int
    more: bool = False

    @property
    def has_rest(self) -> bool:
        """Whether there are other hits, which follow newest first."""
        return self.more or self.total > len(self.ids)

    def pages(self, size: int) -> int:
        """How many pages of that size the list fills, one at least."""
        return max(1, -(-len(self.ids) // size))

    def token(self) -> str:
        """The list as an argument of an address."""
        steps = (number - last for last, number in zip((0, *self.ids), self.ids, strict=False))
        numbers = (self.total, int(self.more), *(step * 2 if step >= 0 else -step * 2 - 1 for step in steps))
        return base64.urlsafe_b64encode(bytes(_encoded(numbers))).rstrip(b"=").decode()


def read_token(token: str | None) -> Pinned | None:
    """Return the list of a token; None for nonsense, which counts as not given."""
    if not token or len(token) > MAX_TOKEN_LENGTH or not token.isascii():
        return None
    try:
        total, more, *steps = _decoded(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, binascii.Error):
        return None
    ids, last = [], 0
    for step in steps:
        last += step // 2 if step % 2 == 0 else -(step // 2) - 1
        ids.append(last)
    if len(ids) > MAX_PINNED or len(set(ids)) < len(ids) or any(not 0 < number <= LARGEST_ID for number in ids):
        return None
    return Pinned(tuple(ids), max(total, len(ids)), bool(more)) if total <= LARGEST_ID else None


def _encoded(numbers: Iterable[int]) -> Iterator[int]:
    """Seven bits of a number to a byte, the lowest first; the eighth bit says that more follow."""
    for number in numbers:
        rest = number
        while rest > 0x7F:
            yield rest & 0x7F | 0x80
            rest >>= 7
        yield rest


def _decoded(content: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in content:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number = shift = 0
    if shift:
        raise ValueError("the last number has no end")
