"""A mail server that accepts and says nothing delays e-mail and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from mail_servers import MailServer, hang
from people import People
from processes import LIMIT_SECONDS, end, eventually, start

from app.backup.progress import ask_for_backup
from app.backup.store import Store
from app.core.config import Settings
from app.core.database import db, transaction
from app.jobs.models import Job
from app.mail.letter import Letter
from app.mail.service import SEND, send_later
from app.search.service import UPDATE


def kinds(app: Flask) -> list[str]:
    with app.app_context():
        return [job.kind for job in db.session.query(Job)]


@pytest.mark.sqlite("a server has a tool of its own for backups")
def test_backups_and_the_search_index_do_not_wait_for_a_silent_mail_server(
    app: Flask, people: People, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MailServer(CONNECT=hang) as server:
        mail = server.settings
        with app.app_context(), transaction():
            for number in range(5):
                send_later(Letter(f"user{number}@example.org", "Subject", "text", "<p>html</p>"))
        for name, value in ("SERVER", mail.server), ("PORT", str(mail.port)), ("SENDER", mail.sender):
            monkeypatch.setenv(f"MAIL_{name}", value)
        process = start(settings, "-m", "app.worker", log=tmp_path / "log")
        try:
            eventually(lambda: server.connections == 1)
            people.post("alice", "meanwhile")
            ask_for_backup(settings.run_dir)
            eventually(lambda: UPDATE not in kinds(app) and Store(settings.data_dir).newest() is not None)
            assert kinds(app).count(SEND) == 5
            assert server.connections <= 3
        finally:
            process.terminate()
            assert process.wait(LIMIT_SECONDS) == 0
            end(process)
