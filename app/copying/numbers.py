"""Where tables go on counting: the number of the next row, which must not be one that there has been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Column, Connection, Table, func, select, text

from ..core.server import MYSQL, POSTGRESQL, sequence_of

# Tables of SQLite that never give a number twice.
LASTING = text("SELECT COUNT(*) FROM sqlite_master WHERE name = :name AND sql LIKE '%AUTOINCREMENT%'")
OF_SQLITE = text("SELECT name, seq + 1 FROM sqlite_sequence")
OF_MYSQL = text("SELECT table_name, auto_increment FROM information_schema.tables WHERE table_schema = DATABASE()")


def next_numbers(connection: Connection, tables: Sequence[Table]) -> dict[str, int]:
    """By table, the number that the next row gets at least; only tables that count by themselves."""
    counting = _counting(tables)
    counters = _counters(connection, counting)
    found = {}
    for name, column in counting.items():
        largest = connection.scalar(select(func.max(column)))
        found[name] = max((largest or 0) + 1, counters.get(name, 1))
    return found


def _counting(tables: Sequence[Table]) -> dict[str, Column[int]]:
    """The tables that count by themselves, with the column in which they do."""
    counted = {table.name: table.autoincrement_column for table in tables}
    return {name: column for name, column in counted.items() if column is not None}


def _counters(connection: Connection, counting: Mapping[str, Column[int]]) -> dict[str, int]:
    if connection.dialect.name == POSTGRESQL:
        return {name: _of_sequence(connection, column) for name, column in counting.items()}
    if connection.dialect.name == MYSQL:
        if not getattr(connection.dialect, "is_mariadb", False):
            # MySQL tells what it knew yesterday otherwise.
            connection.exec_driver_sql("SET SESSION information_schema_stats_expiry = 0")
        rows = connection.execute(OF_MYSQL)
    else:
        rows = connection.execute(OF_SQLITE)
    return {name: number for name, number in rows if number is not None}


def _of_sequence(connection: Connection, column: Column[int]) -> int:
    # Nothing as long as no number was given.
    last = connection.scalar(select(func.pg_sequence_last_value(sequence_of(connection, column))))
    return (last or 0) + 1


def reserve_numbers(connection: Connection, tables: Sequence[Table], numbers: Mapping[str, int]) -> None:
    """Let empty tables go on counting there. Not part of a transaction: MySQL ends one at this."""
    for name, column in _counting(tables).items():
        number = numbers[name]
        if connection.dialect.name == MYSQL:
            table = connection.dialect.identifier_preparer.format_table(column.table)
            connection.exec_driver_sql(f"ALTER TABLE {table} AUTO_INCREMENT = {number}")
        elif connection.dialect.name == POSTGRESQL:
            # By the last number given, of which there is none yet where the first comes next.
            sequence = sequence_of(connection, column)
            connection.execute(select(func.setval(sequence, max(number - 1, 1), number > 1)))
        elif number > 1 and connection.scalar(LASTING, {"name": name}):
            # Other tables count from their largest number there.
            _note_last(connection, name, number - 1)
    connection.commit()


def _note_last(connection: Connection, name: str, last: int) -> None:
    values = {"name": name, "last": last}
    connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
    connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), values)
