"""The file of a backup is whole or it is refused, and what is unpacked never lands anywhere else."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.backup.archive import check_archive, content_of, extract, read_manifest, write_archive
from app.backup.manifest import FORMAT, Content, Manifest, file_name, is_known, parse_name
from app.backup.snapshot import BackupError

CREATED = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
FILES = {"app.db": b"a database" * 100_000, "secret_key": b"secret\n", "media/1/picture.jpg": b"\xff\xd8" * 999}


def manifest_of(files: dict[str, bytes], folder: Path) -> tuple[Manifest, dict[str, Path]]:
    paths = {}
    for number, (name, content) in enumerate(files.items()):
        paths[name] = folder / f"source-{number}"
        paths[name].write_bytes(content)
    contents = {name: content_of(path) for name, path in paths.items()}
    return Manifest("0.1.0", "0009", CREATED, contents, {"post": 3}), paths


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / file_name(CREATED, "0.1.0")
    write_archive(path, *manifest_of(FILES, tmp_path))
    return path


def test_the_name_tells_time_and_version_and_is_read_back(archive: Path) -> None:
    assert archive.name == "microblog-20261122T030000Z-v0.1.0.tar.gz"
    assert parse_name(archive.name) == (CREATED, "0.1.0")
    for name in ("microblog-20261122T030000Z.tar.gz", "microblog-20269922T030000Z-v1.tar.gz", "status.json", ""):
        assert parse_name(name) is None


def test_what_goes_in_comes_out(archive: Path, tmp_path: Path) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    folder = tmp_path / "out"
    folder.mkdir()
    manifest = extract(archive, folder)
    assert manifest == read_manifest(archive) == check_archive(archive)
    assert (manifest.created, manifest.rows, manifest.revision) == (CREATED, {"post": 3}, "0009")
    assert {name: (folder / name).read_bytes() for name in FILES} == FILES
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600


def test_ordinary_tools_can_read_it(archive: Path) -> None:
    with tarfile.open(archive) as opened:
        assert opened.getnames() == ["MANIFEST.json", *FILES]


@pytest.mark.parametrize("where", [0.001, 0.3, 0.6, 0.98])
def test_a_changed_byte_is_noticed(archive: Path, where: float) -> None:
    content = bytearray(archive.read_bytes())
    content[int(len(content) * where)] ^= 0x55
    archive.write_bytes(content)
    with pytest.raises(BackupError):
        check_archive(archive)


@pytest.mark.parametrize("length", [0, 5, 100, -1, -9, -2000])
def test_a_file_that_ends_early_is_noticed(archive: Path, length: int) -> None:
    archive.write_bytes(archive.read_bytes()[:length])
    with pytest.raises(BackupError):
        check_archive(archive)


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    for content in (b"anything", gzip.compress(b"anything" * 500)):
        path = tmp_path / "other.tar.gz"
        path.write_bytes(content)
        with pytest.raises(BackupError, match=r"other\.tar\.gz"):
            read_manifest(path)


Forge = Callable[[Manifest, list[tuple[tarfile.TarInfo, bytes]]], Path]


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    """Somebody who makes a backup by hand."""

    def make(manifest: Manifest, members: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
        path = tmp_path / "forged.tar.gz"
        text = manifest.to_json().encode()
        with tarfile.open(path, "w:gz") as archive:
            for member, content in [(tarfile.TarInfo("MANIFEST.json"), text), *members]:
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        return path

    return make


def link(name: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return member


@pytest.mark.parametrize(
    ("member", "content", "message"),
    [
        (tarfile.TarInfo("../outside"), b"x", "knows nothing"),
        (tarfile.TarInfo("/outside"), b"x", "knows nothing"),
        (tarfile.TarInfo("media/another"), b"x", "knows nothing"),
        (link("app.db"), b"", "no ordinary file"),
        (tarfile.TarInfo("app.db"), b"x" * 10_000, "not what was put"),
        (tarfile.TarInfo("app.db"), b"y", "not what was put"),
    ],
)
def test_members_that_do_not_belong_are_refused(
    forge: Forge, tmp_path: Path, member: tarfile.TarInfo, content: bytes, message: str
) -> None:
    manifest, _ = manifest_of({"app.db": b"x"}, tmp_path)
    path = forge(manifest, [(member, content)])
    folder = tmp_path / "a" / "out"
    folder.mkdir(parents=True)
    with pytest.raises(BackupError, match=message):
        extract(path, folder)
    assert not (tmp_path / "a" / "outside").exists()
    assert not Path("/outside").exists()


@pytest.mark.parametrize("before", [b"", b"MANIFEST.json"])
def test_backup_with_an_endless_header_is_refused_at_once(tmp_path: Path, before: bytes) -> None:
    path = tmp_path / file_name(CREATED, "0.1.0")
    header = tarfile.TarInfo("././@PaxHeader")
    header.type, header.size = tarfile.XHDTYPE, 100 * 2**20
    with gzip.open(path, "wb") as file:
        if before:
            text = Manifest("0.1.0", "0009", CREATED, {"app.db": Content(1, "0" * 64)}, {}).to_json().encode()
            first = tarfile.TarInfo("MANIFEST.json")
            first.size = len(text)
            file.write(first.tobuf() + text.ljust(-(-len(text) // 512) * 512, b"\0"))
        file.write(header.tobuf())
        for _ in range(100):
            file.write(b"0" * 2**20)
    tracemalloc.start()
    with pytest.raises(BackupError, match="header is too long"):
        check_archive(path)
    assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    tracemalloc.stop()


def test_manifest_that_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(BackupError, match="cannot be read"):
        Manifest.from_json("[" * 100_000)


def test_a_missing_member_is_noticed(forge: Forge, tmp_path: Path) -> None:
    manifest, _ = manifest_of({"app.db": b"x"}, tmp_path)
    with pytest.raises(BackupError, match=r"app\.db is missing"):
        check_archive(forge(manifest, []))


@pytest.mark.parametrize("name", ["../app.db", "/app.db", "media", "media/", "media/../app.db", "search/x", "./app.db"])
def test_a_manifest_with_a_name_that_does_not_belong_is_refused(forge: Forge, name: str) -> None:
    assert not is_known(name)
    content = Content(1, "x")
    with pytest.raises(BackupError, match="do not belong"):
        read_manifest(forge(Manifest("1", "1", CREATED, {"app.db": content, name: content}, {}), []))


def test_a_backup_in_a_later_format_says_which_version_made_it(forge: Forge) -> None:
    manifest = Manifest("7.0", "1", CREATED, {"app.db": Content(1, "x")}, {}, format=FORMAT + 1)
    with pytest.raises(BackupError, match=r"later version \(7\.0\)"):
        read_manifest(forge(manifest, []))
