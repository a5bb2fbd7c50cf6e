"""What others see and may do while an import runs, and what whoever started it sees."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from page import PageClient
from people import PASSWORD_HASH
from threads import at_once

from app.accounts.models import User
from app.cli.progress import watched
from app.core.database import db, transaction
from app.core.errors import NotFound
from app.imports.report import Report
from app.imports.service import Batch, Import
from app.imports.source import open_source
from app.setup.service import create_first_administrator

LIMIT_SECONDS = 60


def test_pages_are_shown_meanwhile_and_nobody_registers_in_between(app: Flask, old_file: Path, tmp_path: Path) -> None:
    halfway, go_on = threading.Event(), threading.Event()

    def paused(kind: str, _total: int, batches: Iterator[Batch]) -> Iterable[Batch]:
        if kind == "posts":
            halfway.set()
            assert go_on.wait(LIMIT_SECONDS)
        return batches

    def bring() -> str:
        with app.app_context(), open_source(str(old_file), tmp_path) as source, Report(tmp_path) as report:
            with transaction():
                Import(source, report, paused).run()
            return "brought"

    def intrude() -> int:
        assert halfway.wait(LIMIT_SECONDS)
        status = PageClient(app).get("/setup").status_code
        go_on.set()
        with app.app_context(), pytest.raises(NotFound), transaction():
            create_first_administrator("mallory", "mallory@example.org", PASSWORD_HASH)
        return status

    assert at_once(bring, intrude) == ["brought", 200]
    with app.app_context():
        assert db.session.query(User).count() == 27


class Terminal(io.StringIO):
    """Standard output as a terminal is."""

    def isatty(self) -> bool:
        return True


BATCHES: list[Any] = [["row"] * 2, ["row"] * 2]


def test_a_terminal_shows_a_bar(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert list(watched("posts", 4, iter(BATCHES))) == BATCHES
    assert "4/4" in sys.stdout.getvalue()


def test_a_log_gets_a_line_now_and_then(monkeypatch, capsys) -> None:
    monkeypatch.setattr("time.monotonic", iter(range(0, 100, 6)).__next__)
    assert list(watched("posts", 1000, iter(BATCHES))) == BATCHES
    assert capsys.readouterr().out.splitlines() == ["posts: 2 of 1,000", "posts: 4 of 1,000", "posts: 4"]
