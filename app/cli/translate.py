"""Commands of translations, for whoever works on them: from the sources to the catalogues."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from babel import UnknownLocaleError
from babel.messages.frontend import CommandLineInterface
from flask.cli import AppGroup

from ..core.config import PROJECT_ROOT, TRANSLATIONS

translate = AppGroup("translate", help="Translations of the program's own texts.")
# What marks a text for translation, besides gettext's own names.
KEYWORDS = ("_l", "lazy_gettext", "mark")


def extract(template: Path) -> None:
    """Collect every text of the program that is for people into a template of catalogues."""
    options = [
        "--mapping-file",
        str(PROJECT_ROOT / "pyproject.toml"),
        "--sort-by-file",
        "--add-location",
        "file",
        "--width",
        "118",
    ]
    for keyword in KEYWORDS:
        options += ["--keyword", keyword]
    options += ["--project", "Microblog", "--output-file", str(template)]
    _babel("extract", *options, "--strip-comments", "app")


@translate.command("init")
@click.argument("language")
def init(language: str) -> None:
    """Begin the catalogue of LANGUAGE, such as fr."""
    if (_catalogues(language)).exists():
        raise click.ClickException(f"there is a catalogue of {language}; `flask translate update` brings it up to date")
    try:
        _with_template(lambda path: _babel("init", "-i", str(path), "-d", str(TRANSLATIONS), "-l", language))
    except UnknownLocaleError as error:
        raise click.ClickException(f"{language} is no language's code; write one such as fr or pt") from error
    click.echo(f"translate {_catalogues(language)}, then: flask translate compile")


@translate.command("update")
def update() -> None:
    """Bring all catalogues up to date with the sources."""
    _with_template(
        lambda path: _babel(
            "update",
            "-i",
            str(path),
            "-d",
            str(TRANSLATIONS),
            "--ignore-obsolete",
            "--ignore-pot-creation-date",
            "--width",
            "118",
        )
    )


@translate.command("compile")
def compile_catalogues() -> None:
    """Make of the catalogues what the program reads."""
    _babel("compile", "-d", str(TRANSLATIONS))


def _catalogues(language: str) -> Path:
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def _with_template(use: Callable[[Path], None]) -> None:
    with TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        extract(template)
        use(template)


def _babel(*arguments: str) -> None:
    CommandLineInterface().run(["pybabel", "--quiet", *arguments])  # type: ignore[no-untyped-call]  # the library's
