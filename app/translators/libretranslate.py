"""LibreTranslate, on a machine of one's own or somebody else's."""

from __future__ import annotations

from http import HTTPStatus

from .interface import NotTranslatable, TranslatorUnavailable
from .json_service import Answer, JsonService, reason, text_of

# Where it names a language differently; older and newer servers understand these.
CODES = {"zh-cn": "zh", "zh-tw": "zt", "no": "nb"}


class LibreTranslateTranslator:
    """A server, with the key that some of them want."""

    name = "LibreTranslate"

    def __init__(self, service: JsonService, key: str = "") -> None:
        self._service = service
        self._key = key

    def translate(self, text: str, source: str, target: str) -> str:
        """See the interface."""
        question = {"q": text, "source": CODES.get(source, source), "target": CODES.get(target, target)}
        question |= {"format": "text"} | ({"api_key": self._key} if self._key else {})
        answer = self._service.post("/translate", question)
        content = answer.content if isinstance(answer.content, dict) else {}
        if answer.status != HTTPStatus.OK:
            raise self._refusal(answer, content.get("error"))
        translated = text_of(content.get("translatedText"))
        if not translated:
            raise TranslatorUnavailable(f"{self.name} answers without a translation")
        return translated

    def _refusal(self, answer: Answer, message: object) -> TranslatorUnavailable:
        kind = NotTranslatable if answer.status == HTTPStatus.BAD_REQUEST else TranslatorUnavailable
        return kind(reason(self.name, answer, message, self._key), answer.retry_after)
