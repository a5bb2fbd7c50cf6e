"""Microsoft's translator, version 3 of its API."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from .interface import NotTranslatable, TranslatorUnavailable
from .json_service import Answer, JsonService, reason, text_of

URL = "https://api.cognitive.microsofttranslator.com"
# Where it names a language differently.
CODES = {"zh-cn": "zh-Hans", "zh-tw": "zh-Hant", "no": "nb", "tl": "fil"}


class MicrosoftTranslator:
    """The service, with a key and the region that the key is for."""

    name = "Microsoft"

    def __init__(self, key: str, region: str, service: JsonService | None = None) -> None:
        self._service = service or JsonService(URL)
        self._key = key
        self._headers = {"Ocp-Apim-Subscription-Key": key, "Ocp-Apim-Subscription-Region": region}

    def translate(self, text: str, source: str, target: str) -> str:
        """See the interface."""
        languages = {"from": CODES.get(source, source), "to": CODES.get(target, target)}
        question = urlencode({"api-version": "3.0", "textType": "plain", **languages})
        answer = self._service.post(f"/translate?{question}", [{"Text": text}], self._headers)
        if answer.status != HTTPStatus.OK:
            raise self._refusal(answer)
        translated = _translated(answer.content)
        if not translated:
            raise TranslatorUnavailable(f"{self.name} answers without a translation")
        return translated

    def _refusal(self, answer: Answer) -> TranslatorUnavailable:
        error = answer.content.get("error") if isinstance(answer.content, dict) else None
        message = error.get("message") if isinstance(error, dict) else None
        kind = NotTranslatable if answer.status == HTTPStatus.BAD_REQUEST else TranslatorUnavailable
        return kind(reason(self.name, answer, message, self._key), answer.retry_after)


def _translated(content: Any) -> str:
    """The text of an answer, empty if there is none."""
    try:
        return text_of(content[0]["translations"][0]["text"])
    except (LookupError, TypeError):
        return ""
