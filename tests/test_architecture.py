"""The law of the house (app/README.md): import order, who may import what, one vocabulary of file names."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APP = ROOT / "app"
ORDER = [
    *("core", "web", "jobs", "search", "mail", "translators", "audit"),
    *(
        "accounts",
        "attempts",
        "second_factor",
        "tokens",
        "sessions",
        "trust",
        "setup",
        "security",
        "preferences",
        "recovery",
        "invitations",
        "posts",
        "translating",
        "people",
    ),
    *("messages", "notifications", "exports", "imports", "administration"),
]
# The shell may import everything. Packages beside the order: each may import these and nothing else of ours.
SHELL = ("", "cli")
BESIDE = {
    "backup": {"core"},
    "boot": {"core", "backup", "setup", "webserver", ""},
    "webserver": set(),
    "copying": {"core", "backup", "boot"},
    "health": {"core", "web", "jobs", "search", "mail", "audit", "accounts", "posts", "people", "backup", "boot"},
}
FEATURES = ORDER[ORDER.index("audit") :]
LAYERS = {
    "models": set(),
    "credentials": {"models"},
    "queries": {"models"},
    "passwords": set(),
    "rules": {"models"},
    "browsers": set(),
    "totp": set(),
    "service": {"models", "queries", "passwords", "browsers", "totp", "conversion", "report", "rows", "source"}
    | {"credentials", "names"},
    "archive": set(),
    # From somebody else's database to rows of ours.
    "address": set(),
    "files": set(),
    "source": {"address", "files"},
    "conversion": set(),
    "names": {"models"},
    "report": set(),
    "rows": {"conversion", "names", "report", "source"},
    "emails": {"models", "queries", "service", "browsers"},
    "tasks": {"models", "queries", "service", "emails", "archive"},
    "forms": {"models", "names", "queries", "rules", "service"},
    "schemas": {"models", "queries", "service"},
    "api": {"models", "queries", "service", "forms", "schemas", "passwords"},
    "guard": {"models", "queries", "service", "emails", "forms"},
    "routes": {"models", "queries", "service", "forms", "schemas", "passwords", "guard", "emails", "totp", "api"},
}
FLASK = {"flask", "flask_babel", "flask_wtf", "flask_bootstrap", "wtforms"}
FLASK_FILES = (
    "routes.py",
    "api.py",
    "forms.py",
    "emails.py",
    "schemas.py",
    "guard.py",
    "app/handlers.py",
    "app/warming.py",
    "app/worker.py",
    "app/__init__.py",
)
FLASK_PACKAGES = ("app/web/", "app/cli/", "app/health/")
ONLY_IN = {
    "whoosh": {"app/search/whoosh_index.py", "app/search/whoosh_reader.py"},
    "elasticsearch": {"app/search/elasticsearch_index.py"},
    "smtplib": {"app/mail/connection.py", "app/mail/mailer.py"},
    "http.client": {"app/translators/json_service.py"},
    "langdetect": {"app/translators/detector.py"},
    "flask_sqlalchemy": {"app/core/database.py"},
    "flask_migrate": {"app/cli/__init__.py"},
    "prometheus_client": {"app/health/instruments.py", "app/health/measures.py"},
    "alembic": {"app/boot/schema.py"},
    # UserMixin, which the log-in library asks for, is the one thing of it in a model.
    "flask_login": {
        "app/accounts/models.py",
        "app/web/guard.py",
        "app/health/pages.py",
        "app/attempts/guard.py",
        "app/sessions/guard.py",
        *(f"app/{feature}/routes.py" for feature in FEATURES),
    },
}
LAZY = {
    "app/__init__.py": {"app.cli"},
    "app/boot/__main__.py": {"app.boot.data", "app.boot.programs"},
    "app/translators/detector.py": {"langdetect.detector_factory", "langdetect.lang_detect_exception"},
    "app/web/openapi.py": {"apispec", "apispec.ext.marshmallow"},
    "app/search/engine.py": {f"app.search.{engine}_index" for engine in ("whoosh", "sqlite", "elasticsearch")},
    "app/web/qr.py": {"segno"},
    "app/health/metrics.py": {"app.health.instruments"},
}
LONGEST_MODULE, LONGEST_FUNCTION = 250, 40

MODULES = sorted(APP.rglob("*.py"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


NAMES = {name_of(path): path for path in MODULES}


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    """Every module imported in a file, with the depth of the statement: 0 at the top, more inside something."""
    package = name_of(path) if path.name == "__init__.py" else name_of(path).rpartition(".")[0]
    tree = ast.parse(path.read_text())
    top = set(tree.body)
    for node in ast.walk(tree):
        depth = 0 if node in top else 1
        if isinstance(node, ast.Import):
            yield from ((alias.name, depth) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parts, base] if base else parts)
            yield base, depth
            yield from ((f"{base}.{alias.name}", depth) for alias in node.names if f"{base}.{alias.name}" in NAMES)


def ours(path: Path) -> set[str]:
    """The modules of the application that a file imports."""
    return {name for name, _ in imports_of(path) if name in NAMES} - {name_of(path)}


def package_of(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and (APP / parts[1]).is_dir() else ""


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_packages_import_only_what_stands_before_them(path: Path) -> None:
    mine = package_of(name_of(path))
    for other in ours(path):
        theirs = package_of(other)
        if theirs == mine or mine in SHELL:
            continue
        if mine in BESIDE:
            assert theirs in BESIDE[mine], f"{mine} may not import {other}"
        else:
            assert theirs in ORDER, f"{mine} may not import {other}"
            assert ORDER.index(theirs) < ORDER.index(mine), f"{other} stands after {mine}"


@pytest.mark.parametrize("path", [path for path in MODULES if package_of(name_of(path)) in FEATURES], ids=name_of)
def test_files_of_a_feature_have_names_of_the_vocabulary_and_import_downwards(path: Path) -> None:
    if path.name == "__init__.py":
        assert not ours(path)
        return
    assert path.stem in LAYERS, f"{path.stem} is not in the vocabulary"
    feature = package_of(name_of(path))
    siblings = {name.rpartition(".")[2] for name in ours(path) if name.startswith(f"app.{feature}.")}
    assert siblings <= LAYERS[path.stem], f"{path.stem} imports {siblings - LAYERS[path.stem]}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_outside_libraries_are_imported_where_they_belong(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    imported = {name for name, _ in imports_of(path)}
    for library, places in ONLY_IN.items():
        if any(f"{name}.".startswith(f"{library}.") for name in imported):
            assert place in places, f"{library} in {place}"
    for library in {name.split(".")[0] for name in imported}:
        if library in FLASK:
            assert place.endswith(FLASK_FILES) or place.startswith(FLASK_PACKAGES), f"{library} in {place}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_stand_at_the_top_but_for_heavy_libraries_that_say_why(path: Path) -> None:
    inside = {name for name, depth in imports_of(path) if depth}
    assert inside <= LAZY.get(path.relative_to(ROOT).as_posix(), set())


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {name: ours(path) for name, path in NAMES.items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join([*trail[trail.index(name) :], name])
        if name not in done:
            for other in graph[name]:
                visit(other, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_are_small_and_explained(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    assert len(text.splitlines()) <= LONGEST_MODULE
    assert ast.get_docstring(tree), "a module says what it is for"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, node.name
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node in tree.body and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} says what a caller needs"


def test_services_do_not_commit() -> None:
    for path in APP.rglob("service.py"):
        calls = [
            node.func.attr
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        ]
        assert "commit" not in calls, path


def test_no_two_files_of_tests_have_the_same_name() -> None:
    # pytest, which finds them by their names alone here, would leave the second one out.
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []
