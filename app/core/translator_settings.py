"""Settings of translating posts: by whom, and which languages posts are expected to be in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .environment import SettingsError, Source

MICROSOFT, LIBRETRANSLATE = "microsoft", "libretranslate"
URL = re.compile(r"https?://([^\s/?#@:\[\]]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?(/[\w/.~%+-]*)?", re.ASCII)
REGION = re.compile(r"[a-z0-9-]{2,40}")
# A key travels in a header, where anything else could pretend to be another one.
KEY = re.compile(r"[!-~]{1,500}")
# What the library that detects languages has profiles of (a test compares), by ISO 639-1; Chinese by its two scripts.
DETECTABLE = (
    *("af", "ar", "bg", "bn", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "gu", "he", "hi"),
    *("hr", "hu", "id", "it", "ja", "kn", "ko", "lt", "lv", "mk", "ml", "mr", "ne", "nl", "no", "pa", "pl", "pt", "ro"),
    *("ru", "sk", "sl", "so", "sq", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "vi", "zh-cn", "zh-tw"),
)
# Short posts are told apart best where few languages come into question.
USUAL = "ar de en es fr it ja ko nl pl pt ru tr uk zh-cn"


@dataclass(frozen=True)
class TranslatorSettings:
    """Which service translates posts."""

    kind: str
    url: str = ""
    region: str = ""
    key: str = field(default="", repr=False)


def translator_settings(source: Source) -> TranslatorSettings | None:
    """The translator, None where none is named, for then nothing is translated."""
    microsoft_key = _checked_key(source.text_or_file("MS_TRANSLATOR_KEY"), "MS_TRANSLATOR_KEY")
    key = _checked_key(source.text_or_file("MICROBLOG_TRANSLATE_KEY"), "MICROBLOG_TRANSLATE_KEY")
    region, url = _region(source), _url(source)
    if microsoft_key and url:
        raise SettingsError(
            "MS_TRANSLATOR_KEY and MICROBLOG_TRANSLATE_URL are both set, but one service translates; remove one of them"
        )
    if key and not url:
        raise SettingsError(
            "MICROBLOG_TRANSLATE_KEY is set without the address of its LibreTranslate server; "
            "write that as MICROBLOG_TRANSLATE_URL, for example http://translate.local:5000"
        )
    if microsoft_key:
        return TranslatorSettings(MICROSOFT, region=region, key=microsoft_key)
    return TranslatorSettings(LIBRETRANSLATE, url=url, key=key) if url else None


def _checked_key(key: str, name: str) -> str:
    if key and not KEY.fullmatch(key):
        raise SettingsError(f"{name} is no key: it has spaces, line breaks or letters with accents; copy it once more")
    return key


def _region(source: Source) -> str:
    region = source.text("MS_TRANSLATOR_REGION", "westus").lower()
    if not REGION.fullmatch(region):
        raise SettingsError(
            f"MS_TRANSLATOR_REGION is {region!r}; write the region of your resource as Azure names it, "
            "for example westeurope"
        )
    return region


def _url(source: Source) -> str:
    url = source.text("MICROBLOG_TRANSLATE_URL", "").rstrip("/")
    port = url.rpartition(":")[2].partition("/")[0]
    if url and (not URL.fullmatch(url) or (port.isdigit() and not 0 < int(port) < 65536)):
        raise SettingsError(
            f"MICROBLOG_TRANSLATE_URL is {url!r}; write where your LibreTranslate server is, "
            "for example http://translate.local:5000"
        )
    return url


def post_languages(source: Source, languages: tuple[str, ...]) -> tuple[str, ...]:
    """The languages posts are expected to be in; those of the pages always belong to them."""
    chosen = source.text("MICROBLOG_POST_LANGUAGES", USUAL).lower().replace(",", " ").split()
    if unknown := [language for language in chosen if language not in DETECTABLE]:
        raise SettingsError(f"MICROBLOG_POST_LANGUAGES has {unknown[0]!r}; write some of: {' '.join(DETECTABLE)}")
    wanted = {*chosen, *(language for language in languages if language in DETECTABLE)}
    if len(wanted) < 2:
        raise SettingsError(
            "MICROBLOG_POST_LANGUAGES has one language, of which none can be told apart; write two or more"
        )
    return tuple(sorted(wanted))
