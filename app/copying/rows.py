"""Rows of our tables, read and written many at a time, so that memory does not grow with their number."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Row,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.sql.dml import Insert

from ..core.server import POSTGRESQL

BATCH = 1000
Rows = Sequence[Row[Any]]


def count_rows(connection: Connection, table: Table) -> int:
    """How many rows a table has."""
    return connection.scalar(select(func.count()).select_from(table)) or 0


def read_rows(connection: Connection, table: Table) -> Iterator[Rows]:
    """All rows of a table in the order of their keys."""
    statement = select(table).order_by(*table.primary_key)
    yield from connection.execute(
        statement, execution_options={"stream_results": True, "yield_per": BATCH}
    ).partitions()


def write_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Add rows as they are, with their numbers."""
    values = [dict(row._mapping) for row in rows]
    if connection.dialect.name == POSTGRESQL:
        # The driver would send row by row and wait for each.
        connection.execute(_from_json(connection, table), {"rows": json.dumps(values, default=_plain)})
    else:
        connection.execute(insert(table), values)


def _from_json(connection: Connection, table: Table) -> Insert:
    """A statement that adds all rows of one value, a list in JSON."""
    names = [each.name for each in table.columns]
    kind: ColumnElement[object] = literal_column(
        f"CAST(NULL AS {connection.dialect.identifier_preparer.format_table(table)})"
    )
    found = func.json_populate_recordset(kind, cast(bindparam("rows", type_=Text()), JSON()))
    return insert(table).from_select(names, select(*(column(name) for name in names)).select_from(found))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"a value of type {type(value).__name__} in a table")
