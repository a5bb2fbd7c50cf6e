"""The rules by which another Microblog's people, and what they wrote, come into an empty appliance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert

from ..accounts.models import Follow, User
from ..accounts.queries import any_account
from ..core.database import Base, Model, db
from ..core.errors import Conflict, Invalid
from ..core.server import count_on
from ..core.time import utc_now
from ..messages.models import Inbox, Message
from ..people.service import count_anew
from ..posts.models import Post
from ..search.service import request_rebuild
from ..setup.service import forget_code
from ..translating.service import look_back_anew
from . import rows
from .conversion import in_report
from .report import Report
from .source import OldRow, Source

Batch = Sequence[OldRow]
# Lets somebody watch: what the rows are, how many there will be, and the batches, which it hands on.
Watch = Callable[[str, int, Iterator[Batch]], Iterable[Batch]]
Write = Callable[[type[Model], list[dict[str, Any]]], None]
# About how many bytes of the disk a row takes until all is done: in the log, the database and the search index.
BYTES_PER_ROW = {"user": 2000, "followers": 200, "post": 800, "message": 800}


def check_empty() -> None:
    """Raise Conflict if there is an account already."""
    if any_account():
        raise Conflict(
            "this appliance has accounts already (`flask user list` shows them), and only an empty one can take in "
            "another Microblog; start a second appliance, or, if nobody needs what is in this one, remove its data"
        )


def room_needed(source: Source) -> int:
    """About how many bytes an import takes."""
    return sum(source.count(name) * size for name, size in BYTES_PER_ROW.items())


@dataclass
class Import:
    """One import, in the running transaction, of everything in `source`; `admin` becomes an administrator."""

    source: Source
    report: Report
    watch: Watch
    admin: str | None = None
    people: rows.People = field(default_factory=rows.People)
    now: datetime = field(default_factory=utc_now)

    def run(self) -> None:
        """Bring everything along; raises Conflict or Invalid."""
        check_empty()
        self._bring(_insert)
        count_on(db.session.connection(), Base.metadata.sorted_tables)
        count_anew()
        forget_code()
        request_rebuild()
        look_back_anew()

    def rehearse(self) -> None:
        """Read, check and report as `run` does, and write nothing."""
        check_empty()
        self._bring(lambda _table, _values: None)

    def _bring(self, write: Write) -> None:
        self._bring_accounts(write)
        people, report, now = self.people, self.report, self.now
        self._copy(write, Follow, "followers", "follows", lambda batch: rows.follows(batch, now, people, report))
        clock = rows.Clock()
        self._copy(write, Post, "post", "posts", lambda batch: rows.posts(batch, clock, people, report))
        clock, read_up_to = rows.Clock(), dict[int, int]()
        self._copy(
            write, Message, "message", "messages", lambda batch: rows.messages(batch, clock, read_up_to, people, report)
        )
        write(Inbox, rows.inboxes(read_up_to, people))

    def _bring_accounts(self, write: Write) -> None:
        old = [row for batch in self._batches("user", "accounts") for row in batch]
        if not old:
            raise Invalid(f"{self.source.address} has no accounts, so there is nothing to bring along")
        values = list(rows.accounts(old, self.now, self.admin, self.people, self.report))
        if self.admin is not None and not any(each["is_admin"] for each in values):
            raise Invalid(f"{self.source.address} has no account {in_report(self.admin)} to make an administrator")
        write(User, values)
        self.report.brought["accounts"] = len(values)

    def _copy(
        self,
        write: Write,
        table: type[Model],
        name: str,
        kind: str,
        convert: Callable[[Batch], Iterator[dict[str, Any]]],
    ) -> None:
        for batch in self._batches(name, kind):
            values = list(convert(batch))
            write(table, values)
            self.report.brought[kind] += len(values)

    def _batches(self, name: str, kind: str) -> Iterable[Batch]:
        return self.watch(kind, self.source.count(name), self.source.batches(name))


def _insert(table: type[Model], values: list[dict[str, Any]]) -> None:
    if values:
        db.session.execute(insert(cast(Table, table.__table__)), values)
