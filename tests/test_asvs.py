"""The table of OWASP ASVS 5.0, level 1, is whole, and the tests that it names exist."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "tests" / "asvs.md"
KINDS = ("met", "in part", "not met", "does not apply")
# All requirements of level 1, by the sections of version 5.0.0.
LEVEL_1 = {
    "V1.2": 5, "V2.2": 2, "V3.2": 2, "V5.2": 2, "V5.3": 2, "V6.2": 8, "V6.3": 2, "V6.4": 2, "V7.2": 4, "V7.4": 2,
    "V8.2": 2, "V9.1": 3, "V10.4": 5, "V11.3": 2, "V12.2": 2, "V3.5": 3, "V3.4": 2, "V1.3": 2,
    "V1.5": 1, "V2.1": 1, "V2.3": 1, "V3.3": 1, "V4.1": 1, "V4.4": 1, "V6.1": 1, "V8.1": 1, "V8.3": 1, "V9.2": 1,
    "V11.4": 1, "V12.1": 1, "V13.4": 1, "V14.2": 1, "V14.3": 1, "V15.1": 1, "V15.2": 1, "V15.3": 1,
}  # fmt: skip
REQUIREMENTS = [f"{section}.{number}" for section, count in LEVEL_1.items() for number in range(1, count + 1)]

Row = tuple[str, str, str, str]


def rows_of(text: str) -> list[Row]:
    """Requirement, in short, whether it is met, by what."""
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line[:3] == "| V"]
    return [(row[0], row[1], row[2], row[3]) for row in cells]


def existing_tests() -> set[str]:
    """Every test as file and name."""
    return {
        f"{path.name}::{node.name}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def faults(text: str, existing: set[str]) -> list[str]:
    """What is wrong with a table."""
    rows = rows_of(text)
    counts = Counter(row[0] for row in rows)
    wrong = [f"{name} stands {counts[name]} times" for name in REQUIREMENTS if counts[name] != 1]
    wrong += [f"{name} is none of level 1" for name in counts if name not in REQUIREMENTS]
    for name, short, kind, proof in rows:
        named = re.findall(r"`([^`]+)`", proof)
        tests = [each for each in named if "::" in each]
        reason = re.sub(r"`[^`]+`", "", proof).strip(" ;")
        wrong += [] if short and kind in KINDS else [f"{name}: {kind}"]
        wrong += [f"{name}: there is no {each}" for each in tests if each not in existing]
        if kind in ("met", "in part") and not tests and "SECURITY.md" not in named:
            wrong.append(f"{name}: nothing proves it")
        if kind != "met" and not reason:
            wrong.append(f"{name}: it does not say why")
    return wrong


def test_every_requirement_is_in_the_table_with_existing_tests_or_a_reason() -> None:
    assert len(REQUIREMENTS) == 70
    assert faults(TABLE.read_text(), existing_tests()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("| V1.2.1 |", "| V1.2.9 |"),
        ("`test_markup.py::test_texts_become", "`test_markup.py::test_text_becomes"),
        ("| does not apply | there are none |", "| does not apply | |"),
        ("| met | `SECURITY.md` |", "| met | everybody knows |"),
        ("| not met |", "| perhaps |"),
    ],
)
def test_what_is_wrong_in_the_table_is_noticed(old: str, new: str) -> None:
    text = TABLE.read_text()
    assert old in text
    assert faults(text.replace(old, new), existing_tests())


def test_the_images_are_made_of_what_is_listed_alone() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert not any(line.startswith("!.") or ".git" in line for line in rules)


def test_what_the_table_leaves_to_the_document_is_in_it() -> None:
    text = (ROOT / "SECURITY.md").read_text()
    for heading in (
        "Report a weakness",
        "Who may see and do what",
        "What keeps strangers out",
        "What is checked of what is sent",
    ):
        assert f"\n## {heading}\n" in text
