"""`make release` in a throw-away clone: what it refuses, and what is there when it did not."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENTRY = "## 7.1.0\n\n* Something new.\n\n"


class Clone:
    """The program's own files under git; checking takes no time and fails where a file `broken` is committed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("Makefile", "CHANGELOG.md", "deploy/release.sh", "app/core/version.py"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
        makefile = folder / "Makefile"
        makefile.write_text(
            re.sub(r"^check:.*", "check:\n\t@test ! -e broken", makefile.read_text(), flags=re.MULTILINE)
        )
        self.git("init", "--quiet", "--initial-branch", "main")
        self.git("config", "user.name", "alice")
        self.git("config", "user.email", "alice@example.org")
        self.git("config", "core.hooksPath", "/dev/null")
        self.commit()

    def git(self, *words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=self.folder, check=True, capture_output=True, text=True
        ).stdout.strip()

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a change")

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)
        self.commit()

    def announce(self, entry: str = ENTRY) -> None:
        changelog = (self.folder / "CHANGELOG.md").read_text()
        self.write("CHANGELOG.md", changelog.replace("## ", entry + "## ", 1))

    def version(self) -> str:
        return (self.folder / "app/core/version.py").read_text()

    def release(self, version: str) -> tuple[int, str]:
        ended = subprocess.run(
            ["make", "release", f"VERSION={version}"], cwd=self.folder, check=False, capture_output=True, text=True
        )
        return ended.returncode, ended.stdout + ended.stderr

    def refuses(self, version: str, because: str) -> None:
        before = self.git("rev-parse", "HEAD"), self.git("tag"), self.git("status", "--porcelain"), self.version()
        status, said = self.release(version)
        assert status != 0
        assert because in said
        assert "Nothing was changed" in said
        assert before == (
            self.git("rev-parse", "HEAD"), self.git("tag"), self.git("status", "--porcelain"), self.version()
        )  # fmt: skip


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A clean clone."""
    if shutil.which("git") is None or shutil.which("make") is None:
        pytest.skip("needs git and make")
    return Clone(tmp_path)


def test_a_release_is_one_commit_with_the_version_and_a_tag(clone: Clone) -> None:
    clone.announce()
    before = clone.git("rev-parse", "HEAD")
    status, said = clone.release("7.1.0")
    assert status == 0, said
    assert 'VERSION = "7.1.0"' in clone.version()
    assert clone.git("rev-parse", "v7.1.0^{commit}") == clone.git("rev-parse", "HEAD")
    assert clone.git("rev-parse", "HEAD^") == before
    assert clone.git("diff", "--name-only", "HEAD^", "HEAD") == "app/core/version.py"
    assert clone.git("status", "--porcelain") == ""
    assert "git push origin HEAD v7.1.0" in said


def test_the_notes_are_what_the_changelog_says_about_that_version(clone: Clone) -> None:
    clone.announce()
    notes = subprocess.run(
        [clone.folder / "deploy/release.sh", "notes", "7.1.0"], check=True, capture_output=True, text=True
    ).stdout
    assert notes.strip() == "* Something new."


def test_a_version_is_three_numbers(clone: Clone) -> None:
    clone.announce()
    for version in ("", "7.1", "v7.1.0", "7.1.0-rc1", "07.1.0"):
        clone.refuses(version, "as three numbers")


def test_a_version_needs_an_entry_in_the_changelog(clone: Clone) -> None:
    clone.refuses("7.1.0", "write one that begins with: ## 7.1.0")
    clone.announce("## 7.1.0\n\n")
    clone.refuses("7.1.0", "is empty")


def test_what_is_not_committed_is_not_released(clone: Clone) -> None:
    clone.announce()
    (clone.folder / "new.py").write_text("")
    clone.refuses("7.1.0", "not committed")


def test_a_version_is_released_once_and_never_an_earlier_one(clone: Clone) -> None:
    clone.announce()
    assert clone.release("7.1.0")[0] == 0
    clone.refuses("7.1.0", "there is a version 7.1.0 already")
    clone.refuses("7.0.9", "earlier than this program's version, 7.1.0")


def test_a_program_that_fails_its_checks_is_not_released(clone: Clone) -> None:
    clone.announce()
    clone.write("broken", "")
    clone.refuses("7.1.0", "the checks failed")
