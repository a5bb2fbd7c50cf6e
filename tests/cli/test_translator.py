"""`flask translator test` tells whether the settings are right."""

from __future__ import annotations

from dataclasses import replace

from translation_services import KEY, LibreTranslateService

from app.core.config import Settings
from app.core.translator_settings import LIBRETRANSLATE, TranslatorSettings


def test_a_greeting_is_translated_wherever_the_address_ends(settings: Settings, make_app) -> None:
    with LibreTranslateService() as service:
        for url in (service.address, f"{service.address}/translate"):
            app = make_app(replace(settings, translator=TranslatorSettings(LIBRETRANSLATE, url=url, key=KEY)))
            result = app.test_cli_runner().invoke(args=["translator", "test"])
            assert result.exit_code == 0, result.output
            assert "LibreTranslate translates 'Good morning!' as 'Good morning! [es]'" in result.output


def test_what_is_wrong_is_told_in_a_line(settings: Settings, make_app, free_port: int) -> None:
    away = TranslatorSettings(LIBRETRANSLATE, url=f"http://127.0.0.1:{free_port}")
    with LibreTranslateService() as service:
        refused = TranslatorSettings(LIBRETRANSLATE, url=service.address, key="wrong")
        cases = [(None, "MICROBLOG_TRANSLATE_URL"), (away, "does not answer"), (refused, "403: Invalid API key: …")]
        for chosen, message in cases:
            result = (
                make_app(replace(settings, translator=chosen)).test_cli_runner().invoke(args=["translator", "test"])
            )
            assert result.exit_code == 1
            assert message in result.output
            assert "Traceback" not in result.output
