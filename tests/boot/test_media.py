"""The folder that Nginx reads, at boot: who may read it, and what older versions left elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from stat import S_IMODE

import pytest

from app.boot import media
from app.boot.media import prepare_media
from app.core.config import Settings


@pytest.fixture
def former(settings: Settings) -> Path:
    """The folder in which older versions kept exports, with one that is finished and one that is not."""
    folder = settings.data_dir / "exports"
    folder.mkdir()
    (folder / "1-abc.zip").write_bytes(b"finished")
    (folder / "2-def.partial").write_bytes(b"half")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_finished_exports_of_older_versions_are_moved(settings: Settings, former: Path, tmp_path: Path) -> None:
    chosen = replace(settings, media_folder=tmp_path / "volume", accel_redirect=True)
    for _ in range(2):
        prepare_media(chosen)
        assert contents(tmp_path / "volume" / "exports") == {"1-abc.zip": b"finished"}
        assert not former.exists()


def test_exports_follow_the_setting_of_their_folder(settings: Settings, tmp_path: Path) -> None:
    settings.exports_dir.mkdir(parents=True)
    (settings.exports_dir / "1-abc.zip").write_bytes(b"finished")
    prepare_media(replace(settings, media_folder=tmp_path / "volume"))
    assert contents(tmp_path / "volume" / "exports") == {"1-abc.zip": b"finished"}
    assert not settings.exports_dir.exists()


@pytest.mark.parametrize(("shared", "folder_mode", "file_mode"), [(True, 0o750, 0o640), (False, 0o700, 0o600)])
def test_only_nginx_may_read_exports_beside_the_application(
    settings: Settings, former: Path, shared: bool, folder_mode: int, file_mode: int
) -> None:
    prepare_media(replace(settings, accel_redirect=shared))
    assert S_IMODE(settings.exports_dir.stat().st_mode) == folder_mode
    assert S_IMODE((settings.exports_dir / "1-abc.zip").stat().st_mode) == file_mode


@pytest.mark.parametrize("step", ["copyfile", "fsync", "rename", "unlink"])
def test_a_move_that_was_interrupted_is_finished_by_the_next_start(
    settings: Settings, former: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = {"copyfile": media.shutil, "fsync": media.os, "rename": Path, "unlink": Path}[step]

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(owner, step, killed)
        with pytest.raises(KeyboardInterrupt):
            prepare_media(settings)
    prepare_media(settings)
    assert contents(settings.exports_dir) == {"1-abc.zip": b"finished"}
    assert not former.exists()


def test_a_folder_that_machines_share_is_left_alone(
    settings: Settings, former: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Path, "is_mount", lambda path: path == former)
    prepare_media(settings)
    assert set(contents(former)) == {"1-abc.zip", "2-def.partial"}
    assert str(settings.media_dir) in capsys.readouterr().err


def test_a_disk_that_is_full_does_not_keep_the_appliance_from_starting(
    settings: Settings, former: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(media.shutil, "copyfile", full)
    prepare_media(settings)
    assert (former / "1-abc.zip").exists()
    assert "No space left on device" in capsys.readouterr().err
