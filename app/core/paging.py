"""Lists page by key: rows before or after an id, so that page 1,000 costs what page 1 costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

LARGEST_ID = 2**63 - 1
LARGEST_PAGE = 10_000

Row = TypeVar("Row")


@dataclass(frozen=True)
class Position:
    """Where in a list the visitor stands: before an id, after an id, or on a numbered page; else at its start."""

    before: int | None = None
    after: int | None = None
    number: int = 1

    @classmethod
    def parse(cls, before: str | None, after: str | None, number: str | None) -> Position:
        """From what stands in the address; nonsense counts as not given."""
        return cls(
            before=whole_number(before, LARGEST_ID),
            after=whole_number(after, LARGEST_ID),
            number=page_number(number),
        )

    @property
    def key(self) -> dict[str, int]:
        """The key as an argument of an address; nothing on a numbered page."""
        if self.before is not None:
            return {"before": self.before}
        return {"after": self.after} if self.after is not None else {}

    @property
    def has_key(self) -> bool:
        """Whether the position is beside an id, not a numbered page."""
        return self.before is not None or self.after is not None

    def arguments(self) -> dict[str, int]:
        """As arguments of an address."""
        return self.key or ({"page": self.number} if self.number > 1 else {})


START = Position()


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows, newest first, and the positions of its neighbours (None where there is none)."""

    items: Sequence[Row] = field(default_factory=tuple)
    newer: Position | None = None
    older: Position | None = None


def whole_number(text: str | None, largest: int) -> int | None:
    """The positive whole number that `text` is in plain digits, None if it is anything else or over `largest`."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > len(str(largest)):
        return None
    number = int(text)
    return number if 0 < number <= largest else None


def page_number(text: str | None) -> int:
    """Return the number of a page: 1 for nonsense, LARGEST_PAGE + 1, which is empty, for any larger number."""
    if text is None or not text.isascii() or not text.isdigit():
        return 1
    digits = text.lstrip("0")
    return LARGEST_PAGE + 1 if len(digits) > len(str(LARGEST_PAGE)) else min(int(digits or 1), LARGEST_PAGE + 1)


def newest_first(
    session: Session, statement: Select[Any], id_column: InstrumentedAttribute[int], position: Position, size: int
) -> Page[Any]:
    """The page of `statement` (one entity, unordered) at `position`, `size` rows of it, newest first.

    A position after which less than a page is left shows the start of the list instead.
    """
    if position.after is not None:
        page = _after(session, statement, id_column, position.after, size)
        return page or newest_first(session, statement, id_column, START, size)
    if position.before is not None:
        return _before(session, statement.where(id_column < position.before), id_column, size)
    return _numbered(session, statement, id_column, position.number, size)


def _after(
    session: Session, statement: Select[Any], id_column: InstrumentedAttribute[int], after: int, size: int
) -> Page[Any] | None:
    newer = session.scalars(statement.where(id_column > after).order_by(id_column).limit(size + 1)).all()
    if len(newer) <= size:
        return None
    items = list(reversed(newer[:size]))
    return Page(items, newer=Position(after=items[0].id), older=Position(before=items[-1].id))


def _before(session: Session, statement: Select[Any], id_column: InstrumentedAttribute[int], size: int) -> Page[Any]:
    rows = session.scalars(statement.order_by(id_column.desc()).limit(size + 1)).all()
    items = rows[:size]
    newer = Position(after=items[0].id) if items else START
    return Page(items, newer=newer, older=Position(before=items[-1].id) if len(rows) > size else None)


def _numbered(
    session: Session, statement: Select[Any], id_column: InstrumentedAttribute[int], number: int, size: int
) -> Page[Any]:
    if number > LARGEST_PAGE:
        return Page(newer=START)
    rows = session.scalars(statement.order_by(id_column.desc()).offset((number - 1) * size).limit(size + 1)).all()
    items = rows[:size]
    newer = None if number == 1 else Position(number=number - 1)
    return Page(items, newer=newer, older=Position(before=items[-1].id) if len(rows) > size else None)
