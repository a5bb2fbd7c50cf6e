"""The plainest way to search: conditions in SQL, over the newest rows alone, for the time that the engine is away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, not_, or_, true

from .query import All, Either, Mark, Not, Part, Phrase, Prefix, Query, Since, Until, Word

# Without an index every row is read; of more than these nobody would wait for the answer.
MOST_ROWS = 20_000


@dataclass(frozen=True)
class Columns:
    """Where a kind's table has what the language speaks of."""

    body: Any
    author: Any
    created_at: Any
    recipient: Any = None
    language: Any = None


def condition(query: Query, columns: Columns) -> ColumnElement[bool]:
    """What a row must fulfil, as nearly as SQL can say it: parts of words count as words, and accents matter."""
    if not query.parts:
        return false()
    return and_(true(), *(_condition(part, columns) for part in query.parts))


def _condition(part: Part, columns: Columns) -> ColumnElement[bool]:
    if isinstance(part, Word | Phrase | Prefix):
        return _contains(columns, part.typed)
    if isinstance(part, Mark):
        return _mark(part, columns)
    if isinstance(part, Since):
        return _bool(columns.created_at >= part.moment)
    if isinstance(part, Until):
        return _bool(columns.created_at < part.moment)
    if isinstance(part, Not):
        return not_(_condition(part.part, columns))
    if isinstance(part, All | Either):
        combine = and_ if isinstance(part, All) else or_
        return combine(*(_condition(each, columns) for each in part.parts))
    return false()


def _mark(mark: Mark, columns: Columns) -> ColumnElement[bool]:
    name, _, value = mark.text.partition("=")
    if mark.text[0] in "#@":
        return _contains(columns, mark.typed or mark.text)
    if mark.text == "has=link":
        return or_(_contains(columns, "http://"), _contains(columns, "https://"))
    column = {"from": columns.author, "to": columns.recipient, "lang": columns.language}.get(name)
    if column is None:
        return false()
    return _bool(column == (value if name == "lang" else int(value)))


def _contains(columns: Columns, text: str) -> ColumnElement[bool]:
    return _bool(columns.body.icontains(text, autoescape=True))


def _bool(expression: Any) -> ColumnElement[bool]:
    return and_(expression)
