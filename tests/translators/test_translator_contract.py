"""What every translator must do, whatever its service does; each before a server that answers as its documents say."""

from __future__ import annotations

import json
import ssl
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from translation_services import KEY, REGION, LibreTranslateService, MicrosoftService, Service, translated

from app.translators.interface import NotTranslatable, Translator, TranslatorUnavailable
from app.translators.json_service import JsonService
from app.translators.libretranslate import LibreTranslateTranslator
from app.translators.microsoft import MicrosoftTranslator

# Where a service is to be too slow; nothing else has so little time.
SHORT_SECONDS = 0.3
LONG_SECONDS = 60.0
TEXT = 'Bonjour "tout" le monde\n& à demain\\ ?to=xx \U0001f600 <b>'
WRONG_KEY = "a-key-that-is-wrong"
Make = Callable[..., Translator]


@pytest.fixture(params=[LibreTranslateService, MicrosoftService], ids=["LibreTranslate", "Microsoft"])
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    """The service, as it is documented."""
    with request.param() as service:
        yield service


@pytest.fixture
def make(service: Service) -> Make:
    """Make the translator of this service, with a key and a limit of its own."""

    def translator(key: str = KEY, limit: float = LONG_SECONDS) -> Translator:
        asks = JsonService(service.address, limit)
        if isinstance(service, MicrosoftService):
            return MicrosoftTranslator(key, REGION, asks)
        return LibreTranslateTranslator(asks, key)

    return translator


@pytest.fixture
def translator(make: Make) -> Translator:
    """The translator, with the right key."""
    return make()


def answering(service: Service, text: object) -> bytes:
    """A good answer with this text."""
    content = (
        [{"translations": [{"text": text, "to": "en"}]}]
        if isinstance(service, MicrosoftService)
        else {"translatedText": text}
    )
    return json.dumps(content).encode()


class TestTranslator:
    """The contract."""

    def test_a_text_is_translated_as_it_is(self, translator: Translator) -> None:
        assert translator.translate(TEXT, "fr", "en") == translated(TEXT, "en")
        assert translator.translate("Hallo", "de", "es") == translated("Hallo", "es")

    def test_it_has_a_name_for_people(self, translator: Translator) -> None:
        assert translator.name

    def test_one_question_is_asked(self, translator: Translator, service: Service) -> None:
        translator.translate(TEXT, "fr", "en")
        assert len(service.asked) == 1

    @pytest.mark.parametrize("language", ["zh-cn", "no"])
    def test_languages_have_the_names_that_the_service_has_for_them(
        self, translator: Translator, language: str
    ) -> None:
        assert translator.translate("text", language, "en") == translated("text", "en")

    @pytest.mark.parametrize("language", ["xx", "", "en&to=fr", "fr#", "fr\r\nHost: evil.example"])
    def test_a_language_that_the_service_does_not_know_is_no_matter_of_trying_again(
        self, translator: Translator, service: Service, language: str
    ) -> None:
        for source, target in ((language, "en"), ("fr", language)):
            with pytest.raises(NotTranslatable):
                translator.translate(TEXT, source, target)
        assert {asked.path for asked in service.asked} == {"/translate"}

    def test_a_refused_key_is_told_and_not_shown(self, make: Make, caplog: pytest.LogCaptureFixture) -> None:
        with pytest.raises(TranslatorUnavailable, match=r"answers 40[13]: .*…$") as refused:
            make(key=WRONG_KEY).translate(TEXT, "fr", "en")
        assert not isinstance(refused.value, NotTranslatable)
        told = "".join(traceback.format_exception(refused.value)) + caplog.text
        assert WRONG_KEY not in told
        assert "Bonjour" not in told

    @pytest.mark.parametrize(
        ("value", "seconds"),
        [
            ("7", 7),
            (" 30 ", 30),
            ("-1", None),
            ("soon", None),
            ("9" * 30, None),
            ("Wed, 25 Nov 2026 07:28:00 GMT", None),
            ("", None),
        ],
    )
    def test_how_long_to_leave_it_alone_is_passed_on(
        self, translator: Translator, service: Service, value: str, seconds: int | None
    ) -> None:
        service.reply = (429, b"{}", {"Retry-After": value})
        with pytest.raises(TranslatorUnavailable, match=r"answers 429$") as refused:
            translator.translate(TEXT, "fr", "en")
        assert refused.value.retry_after == seconds

    @pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 403, 404, 429, 500, 502, 503, 599])
    @pytest.mark.parametrize("content", [b"", b"{}", b"<h1>Oops</h1>", b'{"error": ["nested", {"message": 3}]}'])
    def test_any_other_status_is_no_translation(
        self, translator: Translator, service: Service, status: int, content: bytes
    ) -> None:
        service.reply = (status, b"" if status == 204 else content, {"Location": f"{service.address}/elsewhere"})
        with pytest.raises(TranslatorUnavailable, match=f"answers {status}"):
            translator.translate(TEXT, "fr", "en")
        assert len(service.asked) == 1, "a redirection is not followed, for it would take the key along"

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"no JSON",
            b"\xff\xfe",
            b"null",
            b"[]",
            b"{}",
            b'"text"',
            b"[[[[1]]]]",
            b"[" * 100_000,
            b'[{"translations": []}]',
            b'[{"translations": {"text": "x"}}]',
            b'{"translatedText": ["x"]}',
            b'{"error": "though the status is good"}',
        ],
    )
    def test_an_answer_without_a_translation_is_none(
        self, translator: Translator, service: Service, content: bytes
    ) -> None:
        service.reply = (200, content, {})
        with pytest.raises(TranslatorUnavailable, match="without a translation"):
            translator.translate(TEXT, "fr", "en")

    @pytest.mark.parametrize("text", [None, 3, "", " \n ", "\x00", "\ud800", ["text"]])
    def test_a_translation_that_is_no_text_is_none(
        self, translator: Translator, service: Service, text: object
    ) -> None:
        service.reply = (200, answering(service, text), {})
        with pytest.raises(TranslatorUnavailable, match="without a translation"):
            translator.translate(TEXT, "fr", "en")

    def test_what_cannot_be_shown_or_stored_is_left_out(self, translator: Translator, service: Service) -> None:
        service.reply = (200, answering(service, " a\ud800\x00b\n\u202ec\x1b[31m "), {})
        assert translator.translate(TEXT, "fr", "en") == "ab\nc[31m"

    @pytest.mark.parametrize("trouble", ["huge", "break off", "close", "no HTTP"])
    def test_an_answer_that_is_none_or_too_much_is_no_translation(
        self, translator: Translator, service: Service, trouble: str
    ) -> None:
        service.trouble = trouble
        with pytest.raises(TranslatorUnavailable) as refused:
            translator.translate(TEXT, "fr", "en")
        assert "Bonjour" not in str(refused.value)

    @pytest.mark.parametrize("trouble", ["hang", "drip", "drip the body"])
    def test_a_service_that_takes_too_long_is_left_however_it_spends_the_time(
        self, make: Make, service: Service, trouble: str
    ) -> None:
        service.trouble = trouble
        with pytest.raises(TranslatorUnavailable):
            make(limit=SHORT_SECONDS).translate(TEXT, "fr", "en")

    def test_a_service_that_is_away_is_named_by_its_address_alone(self, service: Service, make: Make) -> None:
        translator = make()
        service.__exit__()
        with pytest.raises(TranslatorUnavailable, match=r"^127\.0\.0\.1:\d+ does not answer \(\w+\)$"):
            translator.translate(TEXT, "fr", "en")

    def test_it_works_again_after_trouble(self, translator: Translator, service: Service) -> None:
        service.trouble = "close"
        with pytest.raises(TranslatorUnavailable):
            translator.translate(TEXT, "fr", "en")
        service.trouble = ""
        assert translator.translate(TEXT, "fr", "en") == translated(TEXT, "en")


def test_microsoft_is_asked_as_its_documents_say() -> None:
    with MicrosoftService() as service:
        MicrosoftTranslator(KEY, REGION, JsonService(service.address)).translate(TEXT, "zh-cn", "es")
        (asked,) = service.asked
    assert asked.path == "/translate"
    assert asked.query == {"api-version": ["3.0"], "textType": ["plain"], "from": ["zh-Hans"], "to": ["es"]}
    assert asked.headers["Ocp-Apim-Subscription-Key"] == KEY
    assert asked.headers["Ocp-Apim-Subscription-Region"] == REGION
    assert asked.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert asked.body == [{"Text": TEXT}]


@pytest.mark.parametrize(("key", "sent"), [(KEY, {"api_key": KEY}), ("", {})])
def test_libretranslate_is_asked_as_its_documents_say(key: str, sent: dict[str, str]) -> None:
    with LibreTranslateService() as service:
        service.reply = (200, b'{"translatedText": "text"}', {})
        LibreTranslateTranslator(JsonService(service.address), key).translate(TEXT, "zh-tw", "es")
        (asked,) = service.asked
    assert asked.path == "/translate"
    assert asked.query == {}
    assert asked.headers["Content-Type"].startswith("application/json")
    assert asked.body == {"q": TEXT, "source": "zt", "target": "es", "format": "text", **sent}


def test_a_server_may_live_below_a_path() -> None:
    with LibreTranslateService() as service:
        service.reply = (200, b'{"translatedText": "text"}', {})
        LibreTranslateTranslator(JsonService(f"{service.address}/below/"), KEY).translate(TEXT, "fr", "en")
        assert service.asked[0].path == "/below/translate"


@pytest.mark.parametrize("trusted", [True, False])
def test_over_https_only_a_server_that_can_prove_itself_is_told_anything(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with LibreTranslateService(tls=context) as service:
        translator = LibreTranslateTranslator(JsonService(service.address), KEY)
        if not trusted:
            with pytest.raises(TranslatorUnavailable, match="SSLCertVerificationError"):
                translator.translate(TEXT, "fr", "en")
            assert service.asked == []
            return
        assert translator.translate(TEXT, "fr", "en") == translated(TEXT, "en")
        for trouble in ("hang", "drip", "drip the body"):
            service.trouble = trouble
            with pytest.raises(TranslatorUnavailable):
                LibreTranslateTranslator(JsonService(service.address, SHORT_SECONDS), KEY).translate(TEXT, "fr", "en")
