"""Who translates, by upstream's names of settings and by ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.config import Settings
from app.core.environment import SettingsError
from app.core.translator_settings import LIBRETRANSLATE, MICROSOFT, USUAL, TranslatorSettings

KEY = "the-key-0123456789"
URL = "http://translate.local:5000"
LANGUAGES = tuple(USUAL.split())


def read(tmp_path: Path, **settings: str) -> TranslatorSettings | None:
    return Settings.from_environment({"MICROBLOG_DATA_DIR": str(tmp_path), **settings}).translator


@pytest.mark.parametrize("settings", [{}, {"MS_TRANSLATOR_REGION": "westeurope"}, {"MICROBLOG_POST_LANGUAGES": "de"}])
def test_without_a_service_nothing_is_translated(tmp_path: Path, settings: dict[str, str]) -> None:
    assert read(tmp_path, **settings) is None


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"MS_TRANSLATOR_KEY": KEY}, TranslatorSettings(MICROSOFT, region="westus", key=KEY)),
        (
            {"MS_TRANSLATOR_KEY": KEY, "MS_TRANSLATOR_REGION": "WestEurope"},
            TranslatorSettings(MICROSOFT, region="westeurope", key=KEY),
        ),
        ({"MICROBLOG_TRANSLATE_URL": f"{URL}/"}, TranslatorSettings(LIBRETRANSLATE, url=URL)),
        (
            {"MICROBLOG_TRANSLATE_URL": "https://[::1]:5000/translate", "MICROBLOG_TRANSLATE_KEY": KEY},
            TranslatorSettings(LIBRETRANSLATE, url="https://[::1]:5000/translate", key=KEY),
        ),
    ],
)
def test_the_settings_are_read(tmp_path: Path, settings: dict[str, str], expected: TranslatorSettings) -> None:
    assert read(tmp_path, **settings) == expected


def read_languages(tmp_path: Path, **settings: str) -> tuple[str, ...]:
    return Settings.from_environment({"MICROBLOG_DATA_DIR": str(tmp_path), **settings}).post_languages


def test_languages_are_those_of_the_pages_and_more_with_a_translator_or_without(tmp_path: Path) -> None:
    assert {"en", "es"} <= set(LANGUAGES)
    assert read_languages(tmp_path) == read_languages(tmp_path, MICROBLOG_TRANSLATE_URL=URL) == LANGUAGES
    assert read_languages(tmp_path, MICROBLOG_POST_LANGUAGES="FR, de") == ("de", "en", "es", "fr")


@pytest.mark.parametrize("name", ["MS_TRANSLATOR_KEY", "MICROBLOG_TRANSLATE_KEY"])
def test_a_key_may_stand_in_a_file_and_is_not_shown(tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{KEY}\n")
    url = {} if name.startswith("MS") else {"MICROBLOG_TRANSLATE_URL": URL}
    found = read(tmp_path, **{f"{name}_FILE": str(secret), **url})
    assert found is not None
    assert found.key == KEY
    assert KEY not in repr(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MICROBLOG_TRANSLATE_URL", "translate.local"),
        ("MICROBLOG_TRANSLATE_URL", "ftp://translate.local"),
        ("MICROBLOG_TRANSLATE_URL", "http://me:secret@translate.local"),
        ("MICROBLOG_TRANSLATE_URL", "http://translate.local/?q="),
        ("MICROBLOG_TRANSLATE_URL", "http://translate.local:99999"),
        ("MICROBLOG_TRANSLATE_URL", "http://translate.local/a b"),
        ("MICROBLOG_TRANSLATE_URL", "http://"),
        ("MS_TRANSLATOR_REGION", "West Europe"),
        ("MS_TRANSLATOR_REGION", "x\ny"),
        ("MS_TRANSLATOR_KEY", "a key"),
        ("MS_TRANSLATOR_KEY", "k\u00e9y"),
        ("MS_TRANSLATOR_KEY", "key\nX-Header: value"),
        ("MS_TRANSLATOR_KEY_FILE", "/no/such/file"),
        ("MICROBLOG_POST_LANGUAGES", "en klingon"),
        ("MICROBLOG_POST_LANGUAGES", "en_US"),
    ],
)
def test_a_bad_value_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read(tmp_path, **{name: value})


def test_a_bad_key_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="MS_TRANSLATOR_KEY") as refused:
        read(tmp_path, MS_TRANSLATOR_KEY="secret words")
    assert "words" not in str(refused.value)


def test_two_services_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"MS_TRANSLATOR_KEY and MICROBLOG_TRANSLATE_URL.*remove one"):
        read(tmp_path, MS_TRANSLATOR_KEY=KEY, MICROBLOG_TRANSLATE_URL=URL)


def test_a_key_without_its_server_is_no_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="MICROBLOG_TRANSLATE_URL"):
        read(tmp_path, MICROBLOG_TRANSLATE_KEY=KEY)


def test_one_language_is_told_apart_from_nothing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="two or more"):
        read(tmp_path, LANGUAGES="en", MICROBLOG_POST_LANGUAGES="en")
