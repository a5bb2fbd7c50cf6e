"""Ways of writing code that let a text of somebody's become a command, a program or a piece of a page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).parents[1] / "app"
MODULES = sorted(APP.rglob("*.py"))
# Names that run a text as a program, or make objects of whatever they are given.
CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "render_template_string"}
LIBRARIES = {"pickle", "marshal", "shelve", "yaml", "xml", "lxml", "jsonpickle", "dill", "md5", "sha1", "des"}
WEAK = {"md5", "sha1"}
# What these put in are pages of our own, made by a template that escapes.
PUT_IN = {"card.js": 1, "translation.js": 1}
SHELLS = {"shell", "executable"}


def called(node: ast.Call) -> str:
    return re.sub(r"^re\.compile$", "", ast.unparse(node.func))


def faults(source: str) -> Iterator[str]:
    """What is dangerous in a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = called(node)
            if name in CALLS:
                yield f"calls {name}"
            if name.rpartition(".")[2] in WEAK:
                yield f"a weak hash: {name}"
            yield from (f"{word.arg} in {name}" for word in node.keywords if word.arg in SHELLS)
            # A statement that is put together is not one with parameters.
            if name in ("text", "sa.text", "sqlalchemy.text") and not isinstance(node.args[0], ast.Constant):
                yield "SQL that is put together"
            if name.endswith("Markup") and not all(isinstance(each, ast.Constant) for each in node.args):
                yield "HTML that is put together"
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
            level = getattr(node, "level", 0)
            yield from (f"imports {name}" for name in names if not level and name.partition(".")[0] in LIBRARIES)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(APP).as_posix())
def test_no_text_becomes_a_command_a_statement_or_a_page(path: Path) -> None:
    assert list(faults(path.read_text())) == []


@pytest.mark.parametrize(
    "source",
    [
        "eval(x)",
        "os.system('ls ' + x)",
        "subprocess.run(x, shell=True)",
        "import pickle",
        "from xml.dom import minidom",
        "session.execute(text(f'select {x}'))",
        "Markup(f'<b>{x}</b>')",
        "hashlib.md5(x)",
    ],
)
def test_what_is_dangerous_is_noticed(source: str) -> None:
    assert list(faults(source))


def test_templates_escape_everything() -> None:
    for path in (APP / "templates").rglob("*.html"):
        found = re.findall(r"\|\s*safe\b|autoescape\s+false|\bMarkup\b", path.read_text())
        assert found == [], path.name


def test_scripts_put_in_text_as_text() -> None:
    ways = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setTimeout\([\"']")
    for path in (APP / "static" / "js").glob("*.js"):
        assert len(ways.findall(path.read_text())) == PUT_IN.get(path.name, 0), path.name


def test_no_script_keeps_password_managers_out() -> None:
    for path in (APP / "static" / "js").glob("*.js"):
        assert "paste" not in path.read_text(), path.name
