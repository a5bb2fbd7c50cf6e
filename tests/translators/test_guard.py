"""A translator is asked by few at once, and by nobody while it wants to be left alone."""

from __future__ import annotations

import threading

import pytest

from app.core.translator_settings import LIBRETRANSLATE, MICROSOFT, TranslatorSettings
from app.translators.guard import LONGEST_REST, GuardedTranslator
from app.translators.interface import NotTranslatable, TranslatorUnavailable
from app.translators.service import make_translator

LIMIT_SECONDS = 60


class Service:
    """Fails as it is told to, or waits until it is let go."""

    name = "a service"

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.asked = 0
        self.entered = threading.Semaphore(0)
        self.let_go = threading.Event()
        self.let_go.set()

    def translate(self, text: str, _source: str, target: str) -> str:
        self.asked += 1
        self.entered.release()
        self.let_go.wait(LIMIT_SECONDS)
        if self.failure:
            raise self.failure
        return f"{text} [{target}]"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guarded(service: Service, clock: Clock) -> GuardedTranslator:
    return GuardedTranslator(service, 2, clock)


def ask(guarded: GuardedTranslator) -> str:
    return guarded.translate("text", "fr", "en")


def test_what_it_guards_is_asked(guarded: GuardedTranslator) -> None:
    assert ask(guarded) == "text [en]"
    assert guarded.name == "a service"


def test_no_more_than_so_many_wait_for_it_and_the_next_is_refused_at_once(
    guarded: GuardedTranslator, service: Service
) -> None:
    service.let_go.clear()
    threads = [threading.Thread(target=ask, args=[guarded]) for _ in range(2)]
    for thread in threads:
        thread.start()
        assert service.entered.acquire(timeout=LIMIT_SECONDS)
    with pytest.raises(TranslatorUnavailable, match="at once") as refused:
        ask(guarded)
    assert refused.value.retry_after
    assert service.asked == 2
    service.let_go.set()
    for thread in threads:
        thread.join(LIMIT_SECONDS)
    assert ask(guarded) == "text [en]"


def test_a_failure_makes_room_for_the_next(guarded: GuardedTranslator, service: Service) -> None:
    for failure in (TranslatorUnavailable("away"), NotTranslatable("no"), ValueError()):
        service.failure = failure
        for _ in range(3):
            with pytest.raises(type(failure)):
                ask(guarded)
    service.failure = None
    assert ask(guarded) == "text [en]"


@pytest.mark.parametrize(("wanted", "rest"), [(30, 30), (10**6, LONGEST_REST)])
def test_it_is_left_alone_for_as_long_as_it_asked_within_reason(
    guarded: GuardedTranslator, service: Service, clock: Clock, wanted: int, rest: int
) -> None:
    service.failure = TranslatorUnavailable("slow down", wanted)
    with pytest.raises(TranslatorUnavailable, match="slow down"):
        ask(guarded)
    service.failure = None
    clock.now += rest - 1
    with pytest.raises(TranslatorUnavailable, match="pause") as refused:
        ask(guarded)
    assert refused.value.retry_after in (1, 2)
    assert service.asked == 1
    clock.now += 1
    assert ask(guarded) == "text [en]"


@pytest.mark.parametrize(("kind", "name"), [(MICROSOFT, "Microsoft"), (LIBRETRANSLATE, "LibreTranslate")])
@pytest.mark.parametrize("threads", [1, 4])
def test_the_settings_name_the_translator(kind: str, name: str, threads: int) -> None:
    assert make_translator(TranslatorSettings(kind, url="http://127.0.0.1:9", key="k"), threads).name == name
