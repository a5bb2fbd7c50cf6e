"""What a test sends to the database."""

from __future__ import annotations

import re

from sqlalchemy import Engine, event

QUOTES = re.compile(r"[\"`]")


class Statements:
    """The SQL statements that were sent while it was recording."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.seen: list[str] = []

    def __enter__(self) -> Statements:
        # Servers have words of their own that names must not be mistaken for, and quote them each in its way.
        self._listener = lambda _c, _k, statement, *_: self.seen.append(QUOTES.sub("", statement))
        event.listen(self._engine, "before_cursor_execute", self._listener)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._listener)

    @property
    def queries(self) -> list[str]:
        """What was read."""
        return [statement for statement in self.seen if statement.lstrip().upper().startswith("SELECT")]

    @property
    def writes(self) -> list[str]:
        """What was written."""
        return [s for s in self.seen if s.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]
