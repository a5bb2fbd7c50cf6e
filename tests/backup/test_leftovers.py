"""What stays behind is found with its size, and removed only by name, never while data is being put back."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.backup.leftovers import leftovers, remove_leftover
from app.backup.restoring import RESTORING
from app.backup.snapshot import BackupError
from app.backup.store import Occupied, Store

FOLDER, COPY = "before-restore-20260101T000000Z", "pre-upgrade-0001-0002.db"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one of each kind, a backup, and a live database."""
    (tmp_path / FOLDER / "media").mkdir(parents=True)
    (tmp_path / FOLDER / "app.db").write_bytes(b"1" * 1000)
    (tmp_path / FOLDER / "media" / "picture").write_bytes(b"2" * 500)
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / COPY).write_bytes(b"3" * 700)
    (tmp_path / "backups" / "microblog-20260101T000000Z-v0.1.0.tar.gz").touch()
    (tmp_path / "app.db").touch()
    return tmp_path


def test_both_kinds_are_found_with_all_that_is_in_them(data: Path) -> None:
    assert {(each.name, each.size, each.is_data) for each in leftovers(data)} == {
        (FOLDER, 1500, True),
        (COPY, 700, False),
    }


@pytest.mark.parametrize("name", [FOLDER, COPY])
def test_the_one_that_is_named_is_removed_and_nothing_else(data: Path, name: str) -> None:
    assert remove_leftover(data, name).name == name
    assert [each.name for each in leftovers(data)] == [other for other in (FOLDER, COPY) if other != name]
    assert (data / "app.db").exists()
    assert Store(data).newest() is not None


@pytest.mark.parametrize("name", ["app.db", "backups", ".", "..", "", "before-restore-*", f"x/../{FOLDER}"])
def test_nothing_else_can_be_named(data: Path, name: str) -> None:
    with pytest.raises(BackupError, match="there is no"):
        remove_leftover(data, name)
    assert len(leftovers(data)) == 2


def test_what_a_link_leads_to_is_none_of_them(data: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (data / "before-restore-linked").symlink_to(elsewhere)
    assert "before-restore-linked" not in {each.name for each in leftovers(data)}


def test_while_a_restore_is_not_finished_nothing_is_removed(data: Path) -> None:
    (data / RESTORING).mkdir()
    with pytest.raises(BackupError, match="not finished"):
        remove_leftover(data, FOLDER)
    assert len(leftovers(data)) == 2


def test_while_a_backup_is_made_nothing_is_removed(data: Path) -> None:
    with Store(data).workspace(), pytest.raises(Occupied):
        remove_leftover(data, FOLDER)
    assert len(leftovers(data)) == 2
