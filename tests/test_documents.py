"""What the documents say is what the program has: settings, exit statuses, commands, packages, dependencies."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from app import VERSION
from app.boot.refusal import Reason

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
MAP = (ROOT / "app" / "README.md").read_text()
# Set by the boot sequence for its children, or by the tests to run Nginx without a container; not by people.
INTERNAL = {"MICROBLOG_ROOT", "MICROBLOG_CI", "MICROBLOG_TLS_DIR", "MICROBLOG_APPLICATION", "MICROBLOG_ACCESS_LOG"}


def test_every_setting_has_a_row_in_the_readme_and_no_row_lacks_its_setting() -> None:
    sources = [
        *(ROOT / "app").rglob("*.py"),
        *(ROOT / "nginx").iterdir(),
        *(ROOT / "deploy").iterdir(),
        ROOT / "compose.yaml",
        ROOT / "backup.sh",
    ]
    used = {
        name
        for path in sources
        if path.is_file()
        for name in re.findall(r"\bMICROBLOG_[A-Z_]+[A-Z]\b", path.read_text())
    }
    rows = set(re.findall(r"^\| `(MICROBLOG_[A-Z_]+)`", README, re.MULTILINE))
    assert rows, "the table is there"
    assert used - INTERNAL - rows == set()
    assert rows - used == set()


def test_every_setting_that_is_read_has_a_row() -> None:
    source = "".join(path.read_text() for path in (ROOT / "app" / "core").glob("*.py"))
    read = set(re.findall(r"source\.(?:text|text_or_file|file|number|choice|flag)\(\s*\"([A-Z_]+)\"", source))
    assert {"PORT", "LANGUAGES", "MAIL_SERVER", "SECRET_KEY_FILE"} <= read
    named = {
        name
        for row in re.findall(r"^\| (`[A-Z_`, ]+`) \|", README, re.MULTILINE)
        for name in re.findall("[A-Z_]+", row)
    }
    assert read - named == set()


def test_every_exit_status_is_in_the_readme() -> None:
    for reason in Reason:
        assert re.search(rf"^\| {reason.value} \|", README, re.MULTILINE), reason


def test_the_map_has_every_package_and_every_dependency() -> None:
    packages = [path.name for path in (ROOT / "app").iterdir() if (path / "__init__.py").exists()]
    assert [name for name in packages if f"`{name}/`" not in MAP] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = [re.split(r"[<>=~ ]", each)[0] for each in wanted]
    assert [name for name in names if f"`{name}`" not in MAP] == []


def test_the_changelog_has_this_version() -> None:
    """The newest entry may be for the next one, which `make release` then sets."""
    assert VERSION in re.findall(r"^## (\S+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_every_table_is_in_the_map() -> None:
    tables = re.findall(
        r'__tablename__ = "(\w+)"', "".join(path.read_text() for path in (ROOT / "app").rglob("models.py"))
    )
    assert tables
    assert [table for table in tables if f"`{table}`" not in MAP] == []
