"""The translator that the settings name."""

from __future__ import annotations

from ..core.translator_settings import MICROSOFT, TranslatorSettings
from .guard import GuardedTranslator
from .interface import Translator
from .json_service import JsonService
from .libretranslate import LibreTranslateTranslator
from .microsoft import MicrosoftTranslator


def make_translator(settings: TranslatorSettings, threads: int) -> Translator:
    """A translator for a process with this many threads, half of which may wait for it."""
    translator: Translator
    if settings.kind == MICROSOFT:
        translator = MicrosoftTranslator(settings.key, settings.region)
    else:
        translator = LibreTranslateTranslator(JsonService(settings.url.removesuffix("/translate")), settings.key)
    return GuardedTranslator(translator, max(1, threads // 2))
