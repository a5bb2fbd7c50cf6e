"""What an import brought along, left out and adjusted: whole in a file, in short for the screen."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

FILE = "import-report.txt"
KINDS = ("accounts", "follows", "posts", "messages")
MOST_SHOWN = 40
HEADS = ("", "in the old database", "brought along", "left out")


class Report:
    """Counts, and remarks that go straight to the file, so that a million of them take no memory.

    The file, which only its owner may read, is there once the import has succeeded.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._partial = folder / f"{FILE}.partial"
        self.brought: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.first: list[str] = []
        self.remarks = 0

    def __enter__(self) -> Report:
        self._partial.unlink(missing_ok=True)
        descriptor = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # Once everything else is done, a report that cannot be written must not look like a failure of it.
        with suppress(OSError):
            if kind is None:
                self._file.write("\n" + "\n".join(self.table()) + "\n")
            self._file.close()
            if kind is None:
                self._partial.rename(self.path)
        self._partial.unlink(missing_ok=True)

    def remark(self, text: str) -> None:
        """Something that was adjusted or left out and that the operator may want to know."""
        self.remarks += 1
        if len(self.first) < MOST_SHOWN:
            self.first.append(text)
        self._file.write(text + "\n")

    def leave_out(self, kind: str, text: str) -> None:
        """A row that cannot be brought along, and why."""
        self.left_out[kind] += 1
        self.remark(text)

    def table(self) -> Iterator[str]:
        """The counts as lines of text."""
        yield "{:10} {:>19} {:>14} {:>9}".format(*HEADS)
        for kind in KINDS:
            brought, left_out = self.brought[kind], self.left_out[kind]
            yield f"{kind:10} {brought + left_out:19,} {brought:14,} {left_out:9,}"

    def shown_remarks(self) -> Iterator[str]:
        """The first remarks, and where the others are."""
        yield from self.first
        if self.remarks > len(self.first):
            yield f"… and {self.remarks - len(self.first):,} more"
