"""The language that a text's script alone tells, for texts whose language nobody has detected."""

from __future__ import annotations

import re

# Enough of a text to tell.
MAX_READ = 500
# Scripts that one language is written in, or nearly so; Cyrillic, Arabic, Devanagari and Latin tell nothing.
_SCRIPTS = (
    ("el", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("hy", re.compile("[\u0531-\u058a]")),
    ("he", re.compile("[\u05d0-\u05ea]")),
    ("pa", re.compile("[\u0a00-\u0a7f]")),
    ("gu", re.compile("[\u0a80-\u0aff]")),
    ("ta", re.compile("[\u0b80-\u0bff]")),
    ("te", re.compile("[\u0c00-\u0c7f]")),
    ("kn", re.compile("[\u0c80-\u0cff]")),
    ("ml", re.compile("[\u0d00-\u0d7f]")),
    ("si", re.compile("[\u0d80-\u0dff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("lo", re.compile("[\u0e80-\u0eff]")),
    ("my", re.compile("[\u1000-\u109f]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
    ("ko", re.compile("[\u1100-\u11ff\uac00-\ud7af]")),
    ("km", re.compile("[\u1780-\u17ff]")),
)
_KANA = re.compile("[\u3041-\u30fa\uff66-\uff9d]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
# What a Han character or a syllable says takes so many letters elsewhere.
_DENSITY = 3
_DENSE = frozenset(("ja", "ko", "zh"))


def language_by_script(text: str) -> str:
    """Return the code of the language whose script most of a text is in; empty if that tells nothing."""
    if text.isascii():
        return ""
    piece = text[:MAX_READ]
    counts = {code: len(pattern.findall(piece)) for code, pattern in _SCRIPTS}
    kana, han = len(_KANA.findall(piece)), len(_HAN.findall(piece))
    # Chinese has no kana; Korean has Han characters beside its own.
    counts["ja" if kana else "ko" if counts["ko"] else "zh"] = kana + han + (0 if kana else counts["ko"])
    code = max(counts, key=counts.__getitem__)
    others = sum(map(str.isalpha, piece)) - counts[code]
    return code if counts[code] * (_DENSITY if code in _DENSE else 1) > others else ""
