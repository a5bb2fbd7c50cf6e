"""The catalogues have every text of the program, translated, with the same values in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from app.cli.translate import extract
from app.core.config import TRANSLATIONS, available_languages

ROOT = Path(__file__).parents[2]
LANGUAGES = [language for language in available_languages() if language != "en"]


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Every text that stands in the sources now."""
    template = tmp_path_factory.mktemp("texts") / "messages.pot"
    extract(template)
    with template.open("rb") as file:
        return read_po(file)


@pytest.fixture(params=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    """The catalogue of a language."""
    with (TRANSLATIONS / request.param / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=request.param)


def test_spanish_is_there() -> None:
    assert available_languages() == ["en", "es"]


def test_no_text_is_missing_and_none_is_left_over(texts: Catalog, catalogue: Catalog) -> None:
    wanted = {(message.context, message.id) for message in texts}
    assert {(message.context, message.id) for message in catalogue} == wanted, "run: flask translate update"


def test_every_text_is_translated_and_none_is_a_guess(catalogue: Catalog) -> None:
    for message in catalogue:
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(strings), message.id
        if message.id:
            assert not message.fuzzy, message.id


def test_a_translation_has_the_values_of_its_text(catalogue: Catalog) -> None:
    assert [str(error) for message in catalogue for error in message.check(catalogue)] == []
    for message in catalogue:
        if message.id and isinstance(message.id, str):
            for part in ("{count}", "{zone}"):
                assert (part in message.id) == (part in str(message.string)), message.id


def test_the_image_keeps_what_each_language_says_of_dates() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    for language in available_languages():
        assert f"! -name '{language}*.dat'" in dockerfile
