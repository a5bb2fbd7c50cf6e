"""Types of columns that hold on every server what they hold on SQLite, which measures nothing."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.types import TypeEngine

# MySQL's usual one ends at 65,535 bytes; a post of the largest length that can be set may take four times as much.
LONG_TEXT: TypeEngine[str] = Text().with_variant(Text(2**24 - 1), "mysql")


def sorted_text(limit: int) -> TypeEngine[str]:
    """A text by which rows are put in order: by code points, whatever the language of a PostgreSQL server.

    MySQL sorts and compares all texts so, by the collation that the start insists on.
    """
    return String(limit).with_variant(String(limit, collation="C"), "postgresql")


def counted_text(limit: int) -> TypeEngine[str]:
    """A text of so many characters as a reader counts them (`clean`), each of which may be many code points.

    Servers measure in code points and would refuse it, so there the rule alone limits it.
    """
    return String(limit).with_variant(Text(), "mysql", "postgresql")
