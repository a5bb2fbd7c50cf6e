"""Finds out which language a text is in, on this machine; the one place that knows the library for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Not of the language that the text is in.
FOREIGN = re.compile(r"https?://\S+|[@#][\w.-]+")
# Fewer letters than this, or less certainty, and a guess would be wrong too often.
FEWEST_LETTERS = 10
LEAST_PROBABILITY = 0.9
# Without a letter of these a text is in another language, whatever the library makes of the Chinese characters in it.
OWN_LETTERS = {"ja": re.compile("[\u3040-\u30ff]"), "ko": re.compile("[\uac00-\ud7a3]")}
# From here on a letter stands for a syllable or a word: Chinese, Japanese, Korean.
FIRST_DENSE_LETTER = "\u3040"
DENSITY = 3


class Detector:
    """Tells the given languages apart; its tables, some megabytes of memory, are read when they are first needed."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = languages
        self._factory: Any = None

    def language_of(self, text: str) -> str:
        """The language that a text is most likely in, the same at every try; empty if that is not certain enough."""
        own = FOREIGN.sub(" ", text)
        if _letters(own) < FEWEST_LETTERS:
            return ""
        return self._most_likely(own)

    def _most_likely(self, text: str) -> str:
        # Imported here: the worker needs this once there are posts, the web processes never.
        from langdetect.lang_detect_exception import LangDetectException  # noqa: PLC0415  see above

        detector = self._tables().create()
        detector.append(text)
        try:
            detector.set_prior_map(dict.fromkeys(self._possible(text), 1.0))
            likely = detector.get_probabilities()
        except LangDetectException:
            return ""
        return str(likely[0].lang) if likely and likely[0].prob >= LEAST_PROBABILITY else ""

    def _possible(self, text: str) -> list[str]:
        return [each for each in self._languages if each not in OWN_LETTERS or OWN_LETTERS[each].search(text)]

    def _tables(self) -> Any:
        if self._factory is None:
            # Imported here for the same reason.
            from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory  # noqa: PLC0415  see above

            factory = DetectorFactory()
            # The library draws lots; from the same seed they fall alike.
            factory.set_seed(0)
            profiles = [(Path(PROFILES_DIRECTORY) / language).read_text("utf-8") for language in self._languages]
            factory.load_json_profile(profiles)
            self._factory = factory
        return self._factory


def _letters(text: str) -> int:
    """How much there is to go by."""
    return sum(DENSITY if letter >= FIRST_DENSE_LETTER else 1 for letter in text if letter.isalpha())
