"""Copies everything from one database into another one, and compares what arrived before any of it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

from ..core.errors import DomainError
from .fingerprint import Fingerprint
from .rows import Rows, count_rows, read_rows, write_rows

# Lets somebody watch: what is done, how many rows there will be, and the batches, which it hands on.
Watch = Callable[[str, int, Iterator[Rows]], Iterable[Rows]]


class CopyFailed(DomainError):
    """The copy could not be made, or is not what was copied; nothing of it is left."""


@dataclass(frozen=True)
class Copied:
    """What a table had, and has now."""

    table: str
    fingerprint: Fingerprint


def copy_all(source: Connection, target: Connection, tables: Sequence[Table], watch: Watch) -> list[Copied]:
    """Copy every row in the target's transaction, read it back and compare; raises CopyFailed."""
    sent = [Copied(table.name, _copy(source, target, table, watch)) for table in tables]
    for table, copied in zip(tables, sent, strict=True):
        arrived = Fingerprint()
        for rows in watch(f"compare {table.name}", copied.fingerprint.rows, _told(table, read_rows(target, table))):
            arrived.add(rows)
        _compare(table, copied.fingerprint, arrived)
    return sent


def _copy(source: Connection, target: Connection, table: Table, watch: Watch) -> Fingerprint:
    sent = Fingerprint()
    batches = _told(table, read_rows(source, table))
    for rows in watch(f"copy {table.name}", count_rows(source, table), batches):
        with _explained(table):
            write_rows(target, table, rows)
        sent.add(rows)
    return sent


def _compare(table: Table, sent: Fingerprint, arrived: Fingerprint) -> None:
    if sent != arrived:
        raise CopyFailed(
            f"table {table.name} did not arrive as it was sent: {sent.rows} rows with sum {sent}, "
            f"{arrived.rows} with sum {arrived} arrived. Nothing was copied"
        )


def _told(table: Table, batches: Iterator[Rows]) -> Iterator[Rows]:
    with _explained(table):
        yield from batches


@contextmanager
def _explained(table: Table) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, ValueError) as error:
        said = " ".join(str(getattr(error, "orig", error)).split())
        raise CopyFailed(f"table {table.name} cannot be copied ({said[:300]}). Nothing was copied") from error
