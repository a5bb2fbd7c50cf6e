"""The language of a text is found out where that is certain enough, and always in the same way."""

from __future__ import annotations

from pathlib import Path

import pytest
from langdetect.detector_factory import PROFILES_DIRECTORY

from app.core.translator_settings import DETECTABLE, USUAL
from app.translators.detector import Detector

SENTENCES = {
    "Good morning everybody!": "en",
    "The ferry is late, so there is time for a coffee with @alicia #buenosdias": "en",
    "Buenos d\u00edas a todos": "es",
    "Ma\u00f1ana hay reuni\u00f3n en el club a las ocho": "es",
    "Heute Abend gibt es Pizza": "de",
    "Wer kommt morgen mit zum See?": "de",
    "Bonjour tout le monde": "fr",
    "On se voit demain\u00a0?": "fr",
    "Buongiorno a tutti": "it",
    "At\u00e9 amanh\u00e3, pessoal": "pt",
    "Ik ben morgen niet thuis": "nl",
    "Dzie\u0144 dobry wszystkim": "pl",
    "\u0423\u0432\u0438\u0434\u0438\u043c\u0441\u044f \u0437\u0430\u0432\u0442\u0440\u0430": "ru",
    "\u0414\u043e\u0431\u0440\u043e\u0433\u043e \u0440\u0430\u043d\u043a\u0443 \u0432\u0441\u0456\u043c": "uk",
    "Herkese g\u00fcnayd\u0131n": "tr",
    "\u0635\u0628\u0627\u062d \u0627\u0644\u062e\u064a\u0631 \u062c\u0645\u064a\u0639\u0627": "ar",
    "\u4eca\u5929\u5929\u6c14\u5f88\u597d": "zh-cn",
    "\u660e\u5929\u665a\u4e0a\u6709\u805a\u4f1a": "zh-cn",
    "\u660e\u65e5\u306e\u4f1a\u8b70\u306f\u516b\u6642\u3067\u3059": "ja",
    "\u304a\u306f\u3088\u3046\u3054\u3056\u3044\u307e\u3059": "ja",
    "\uc548\ub155\ud558\uc138\uc694 \uc5ec\ub7ec\ubd84": "ko",
}
UNCERTAIN = [
    "",
    "ok",
    "lol",
    "jajaja",
    "Hola",
    "123 456 789 000",
    "\U0001f600" * 30,
    "https://example.org/a-rather-long-address/in/english/words",
    "@alice @bob #coffee #goodmorning",
    "\x00" * 20,
    "\ud800" * 20,
]


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(USUAL.split())


@pytest.mark.parametrize(("text", "language"), SENTENCES.items())
def test_a_sentence_of_a_usual_language_is_known(detector: Detector, text: str, language: str) -> None:
    assert detector.language_of(text) == language


@pytest.mark.parametrize("text", UNCERTAIN)
def test_what_is_no_sentence_has_no_language(detector: Detector, text: str) -> None:
    assert detector.language_of(text) == ""


def test_it_says_the_same_every_time(detector: Detector) -> None:
    text = "Happy birthday, Maria, felicidades y besos"
    assert len({detector.language_of(text) for _ in range(50)}) == 1
    assert Detector(USUAL.split()).language_of(text) == detector.language_of(text)


def test_only_expected_languages_come_into_question() -> None:
    assert Detector(["en", "es"]).language_of("Bonjour tout le monde, on se voit demain") in ("en", "es", "")


def test_a_text_in_a_script_that_nothing_expected_is_written_in_has_no_language() -> None:
    assert Detector(["ja", "ko"]).language_of("Bonjour tout le monde") == ""
    russian = "\u041f\u0440\u0438\u0432\u0435\u0442 \u0434\u0440\u0443\u0437\u044c\u044f"
    assert Detector(["en", "es"]).language_of(russian) == ""


def test_every_language_that_a_setting_may_name_can_be_told() -> None:
    assert {path.name for path in Path(PROFILES_DIRECTORY).iterdir()} == set(DETECTABLE)


def test_the_longest_post_is_no_matter(detector: Detector) -> None:
    assert detector.language_of("The ferry is late again. " * 200) == "en"
