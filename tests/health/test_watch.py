"""The worker looks at everything now and then, keeps what it found in memory, and has a letter written once a day."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from postbox import Postbox

from app.core.config import Settings
from app.health import storage, watch
from app.health.watch import DAY, NAME, TOLD, Watch, read_standing
from app.worker import Worker


@pytest.fixture
def often(monkeypatch) -> None:
    """Every look is due."""
    monkeypatch.setattr(watch, "FIRST_LOOK_SECONDS", -1.0)
    monkeypatch.setattr(watch, "LOOK_SECONDS", -1.0)


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.mark.usefixtures("context")
def test_it_does_not_look_at_once_nor_all_the_time(settings: Settings, monkeypatch) -> None:
    patient = Watch(settings.run_dir)
    assert patient.look() == {}
    assert read_standing(settings.run_dir) is None
    monkeypatch.setattr(patient, "_next", 0.0)
    patient.look()
    first = (settings.run_dir / NAME).stat().st_mtime_ns
    patient.look()
    assert (settings.run_dir / NAME).stat().st_mtime_ns == first


@pytest.mark.usefixtures("context", "often")
def test_what_it_found_is_read_again_and_the_mail_server_is_left_alone(settings: Settings) -> None:
    Watch(settings.run_dir).look()
    standing = read_standing(settings.run_dir)
    assert standing is not None
    assert standing.checks["schema"].status == "ok"
    assert "mail" not in standing.checks
    assert standing.age < 60


@pytest.mark.sqlite("the file is what this is about")
@pytest.mark.usefixtures("context", "often")
def test_looking_again_changes_no_file_of_the_volume(settings: Settings) -> None:
    def changes() -> dict[Path, tuple[int, int]]:
        found = {path: path.stat() for path in settings.data_dir.rglob("*")}
        return {path: (each.st_mtime_ns, each.st_ctime_ns) for path, each in found.items()}

    seen = Watch(settings.run_dir)
    seen.look()
    before = changes()
    assert settings.data_dir / "app.db-wal" in before
    seen.look()
    assert changes() == before


@pytest.mark.parametrize("content", ["", "[]", "{", '{"disk": {"strange": 1}}'])
def test_a_file_that_cannot_be_used_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / NAME).write_text(content)
    assert read_standing(tmp_path) is None


@pytest.mark.usefixtures("context", "often")
def test_only_what_fails_twice_is_told_and_once_a_day(settings: Settings, monkeypatch) -> None:
    seen = Watch(settings.run_dir)
    monkeypatch.setattr(storage, "file_system_of", lambda _folder: "nfs4")
    assert "volume" not in seen.look()
    assert "volume" in seen.look()
    assert seen.look() == {}
    again = Watch(settings.run_dir)
    again.look()
    assert again.look() == {}, "a worker that starts anew knows that it was told"
    yesterday = time.time() - DAY - 1
    os.utime(settings.run_dir / TOLD, (yesterday, yesterday))
    assert "volume" in again.look()


@pytest.mark.usefixtures("often")
def test_admins_get_one_letter_that_names_what_is_broken_and_what_to_do(
    make_app, settings: Settings, monkeypatch
) -> None:
    monkeypatch.setattr(storage, "file_system_of", lambda _folder: "nfs4")
    with Postbox() as postbox:
        app = make_app(replace(settings, mail=replace(postbox.settings, admins=("root@example.org",))))
        with app.app_context():
            worker = Worker(app)
            for _ in range(4):
                worker.work_once()
    assert [letter["Subject"] for letter in postbox.letters] == ["Microblog: something is broken"]
    text = postbox.letters[0].get_body(("plain",)).get_content()
    assert "the data is on nfs4" in text
    assert "-> move the data" in text
