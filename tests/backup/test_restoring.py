"""A backup takes the place of the data, or the data is as it was: whatever is wrong, whenever it is interrupted."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.backup import making, restoring
from app.backup.archive import write_archive
from app.backup.making import Sources, make_backup
from app.backup.manifest import file_name
from app.backup.snapshot import BackupError
from app.backup.store import Occupied, Store
from app.boot import restore as boot_restore
from app.boot.refusal import Reason, Refusal
from app.boot.restore import restore_backup
from app.core.config import PROJECT_ROOT

LEAST_MOMENTS = 25


def appliance(folder: Path, database: Path, owner: str) -> Path:
    """The data folder of an appliance."""
    (folder / "media").mkdir(parents=True)
    (folder / "search").mkdir()
    (folder / "search" / "segment").write_text(owner)
    (folder / "media" / "picture").write_text(f"{owner} picture")
    (folder / "secret_key").write_text(f"{owner} key")
    shutil.copy(database, folder / "app.db")
    with closing(sqlite3.connect(folder / "app.db")) as connection:
        connection.execute("INSERT INTO fact VALUES ('owner', ?)", [owner])
        connection.commit()
    return folder


def owner_of(data: Path) -> str:
    with closing(sqlite3.connect(data / "app.db")) as connection:
        owner = connection.execute("SELECT value FROM fact WHERE name = 'owner'").fetchone()[0]
    assert (data / "secret_key").read_text().strip() == f"{owner} key"
    assert (data / "media" / "picture").read_text() == f"{owner} picture"
    return str(owner)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but those of the folder of backups."""
    paths = [path for path in folder.rglob("*") if path.is_file() and "backups" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture
def archive(tmp_path: Path, migrated_database: Path) -> Path:
    """A backup of another appliance."""
    data = appliance(tmp_path / "other", migrated_database, "new")
    return make_backup(Store(data), Sources(data, "0.1.0", "new key")).path


@pytest.fixture
def data(tmp_path: Path, migrated_database: Path) -> Path:
    """The data that is there, with a log that still holds something, as after kill -9."""
    folder = appliance(tmp_path / "data", migrated_database, "old")
    with closing(sqlite3.connect(folder / "app.db", isolation_level=None)) as connection:
        connection.execute("INSERT INTO fact VALUES ('in the log', 'old')")
        left = {suffix: Path(f"{folder / 'app.db'}{suffix}").read_bytes() for suffix in ("-wal", "-shm")}
        whole = (folder / "app.db").read_bytes()
    (folder / "app.db").write_bytes(whole)
    for suffix, content in left.items():
        Path(f"{folder / 'app.db'}{suffix}").write_bytes(content)
    return folder


def restore(data: Path, archive: Path) -> str:
    return restore_backup(Store(data), data, archive, lambda: None)


def test_the_backup_takes_the_place_of_the_data_which_is_kept_aside(data: Path, archive: Path) -> None:
    before = contents(data)
    told = restore(data, archive)
    assert owner_of(data) == "new"
    assert not (data / "search").exists(), "the index is of the old data"
    aside = next(data.glob("before-restore-*"))
    assert contents(aside) == {name: content for name, content in before.items() if not name.startswith("search/")}
    assert str(aside) in told
    assert "as many rows in every table as the backup has" in told
    with closing(sqlite3.connect(data / "app.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert not connection.execute("SELECT 1 FROM fact WHERE name = 'in the log'").fetchone()


def test_onto_a_new_machine_there_is_nothing_to_keep(tmp_path: Path, archive: Path) -> None:
    data = tmp_path / "fresh"
    data.mkdir()
    assert "before" not in restore(data, archive)
    assert owner_of(data) == "new"
    assert {path.name for path in data.iterdir()} >= {"app.db", "secret_key", "media", ".initialised"}
    assert not list(data.glob("before-restore-*"))


def test_without_a_key_in_the_backup_the_key_of_before_stays(data: Path, tmp_path: Path, archive: Path) -> None:
    other = tmp_path / "other"
    restore(data, make_backup(Store(other), Sources(other, "0.1.0", "")).path)
    assert (data / "secret_key").read_text() == "old key"


def damage(archive: Path) -> None:
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 0xFF
    archive.write_bytes(content)


def fewer_rows(archive: Path) -> None:
    """Sums that are right, of a database that is not what the manifest says."""
    folder = archive.parent / "unpacked"
    folder.mkdir()
    manifest = replace(making.check_archive(archive), rows={"post": 5})
    making_again = {name: folder / name for name in manifest.files}
    restoring.extract(archive, folder)
    archive.unlink()
    write_archive(archive, manifest, making_again)


def later_version(archive: Path) -> None:
    folder = archive.parent / "unpacked"
    folder.mkdir()
    manifest = replace(restoring.extract(archive, folder), revision="9999", version="7.0")
    archive.unlink()
    write_archive(archive, manifest, {name: folder / name for name in manifest.files})


@pytest.mark.parametrize(
    ("trouble", "message"),
    [(damage, "damaged"), (fewer_rows, "does not have the rows"), (later_version, "use version 7.0")],
)
def test_a_backup_that_is_no_good_is_refused_before_anything_happens(
    data: Path, archive: Path, trouble, message: str
) -> None:
    trouble(archive)
    before = contents(data)
    with pytest.raises(BackupError, match=message):
        restore_backup(Store(data), data, archive, lambda: pytest.fail("the appliance need not be stopped for that"))
    assert contents(data) == before


def test_without_room_nothing_happens(data: Path, archive: Path, monkeypatch) -> None:
    before = contents(data)
    monkeypatch.setattr(restoring, "SPARE", 2**60)
    with pytest.raises(BackupError, match="too little room"):
        restore(data, archive)
    assert contents(data) == before


def test_while_the_appliance_runs_nothing_happens(data: Path, archive: Path) -> None:
    before = contents(data)

    def runs() -> None:
        raise BackupError("it runs")

    with pytest.raises(BackupError, match="it runs"):
        restore_backup(Store(data), data, archive, runs)
    assert contents(data) == before
    with Store(data).workspace(), pytest.raises(Occupied):
        restore(data, archive)


def test_what_is_written_until_it_stops_is_kept_aside_too(data: Path, archive: Path) -> None:
    restore_backup(Store(data), data, archive, lambda: (data / "exports").mkdir())
    assert (next(data.glob("before-restore-*")) / "exports").is_dir()


def test_one_that_cannot_be_brought_up_to_date_is_undone(data: Path, archive: Path, monkeypatch) -> None:
    before = contents(data)

    def fail(database: Path) -> None:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("DELETE FROM fact")
            connection.commit()
        raise Refusal(Reason.MIGRATION, "no", "Nothing")

    monkeypatch.setattr(boot_restore, "bring_up_to_date", fail)
    with pytest.raises(Refusal, match="the data is as it was before") as refusal:
        restore(data, archive)
    assert refusal.value.reason == Reason.RESTORE
    after = contents(data)
    assert after == {name: content for name, content in before.items() if not name.startswith("search/")}
    assert not list(data.glob("before-restore-*"))


def test_on_a_new_machine_undoing_leaves_it_new(tmp_path: Path, archive: Path, monkeypatch) -> None:
    def fail(_database: Path) -> None:
        raise Refusal(Reason.MIGRATION, "no", "Nothing")

    data = tmp_path / "fresh"
    data.mkdir()
    monkeypatch.setattr(boot_restore, "bring_up_to_date", fail)
    with pytest.raises(Refusal):
        restore(data, archive)
    assert {path.name for path in data.iterdir()} <= {"backups", "secret_key"}


def test_a_journal_that_cannot_be_read_stops_the_start_and_says_which(data: Path) -> None:
    (data / ".restoring").mkdir()
    (data / ".restoring" / "journal.json").write_text("{")
    with pytest.raises(Refusal, match=r"journal\.json cannot be read"):
        boot_restore.complete_restore(data)
    assert owner_of(data) == "old"


@pytest.mark.parametrize("how", ["again", "start", "fails"])
def test_killed_at_any_moment_a_second_run_finishes_it_or_undoes_it(
    data: Path, archive: Path, tmp_path: Path, how: str
) -> None:
    """`again`: by the same command; `start`: by the next start; `fails`: it has to be undone, killed in that too."""
    kept = tmp_path / "kept.tar.gz"
    named = kept.with_name(file_name(making.check_archive(archive).created, "0.1.0"))
    shutil.copy(archive, named)
    folder = tmp_path / "kills"
    folder.mkdir()
    command = [sys.executable, str(Path(__file__).with_name("kills.py")), str(folder), str(data), str(named), how]
    environment = os.environ | {"PYTHONPATH": str(PROJECT_ROOT)}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert int(ended.stdout) > LEAST_MOMENTS
