"""Hashing a password never holds all threads: two requests may wait for their turn, a further one is refused."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from page import PageClient
from people import People

from app.accounts import passwords
from app.accounts.passwords import MAX_WAITING, hash_password, limit_waiting
from app.core.errors import TooManyAtOnce


@pytest.fixture
def full_queue(app: Flask) -> Iterator[None]:
    """Let somebody hash for as long as the test runs, and as many wait as may."""
    passwords._turns.acquire()
    waiting = [threading.Thread(target=hash_password, args=("a password",)) for _ in range(1 + MAX_WAITING)]
    for thread in waiting:
        thread.start()
    while passwords._places["all"]._value:
        time.sleep(0.01)
    yield
    passwords._turns.release()
    for thread in waiting:
        thread.join()


@pytest.mark.usefixtures("people", "full_queue")
def test_log_in_is_refused_at_once_while_others_wait(client: PageClient) -> None:
    answer = client.send("/auth/login", {"username": "alice", "password": "correct horse battery"})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/livez").status_code == 200


@pytest.mark.usefixtures("full_queue")
def test_program_is_refused_at_once_while_others_wait(people: People, client: PageClient) -> None:
    answer = client.post("/api/tokens", auth=("alice", "correct horse battery"))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize(("threads", "places"), [(1, 1), (2, 1), (3, 2), (4, 3), (16, 3)])
def test_one_thread_stays_free(threads: int, places: int) -> None:
    limit_waiting(threads)
    try:
        taken = [passwords._places["all"].acquire(blocking=False) for _ in range(places + 1)]
        assert taken == [True] * places + [False]
    finally:
        limit_waiting(4)


def test_place_is_free_again_after_an_error() -> None:
    for _ in range(5):
        with pytest.raises(AttributeError):
            hash_password(None)  # type: ignore[arg-type]
    assert hash_password("a password")


def test_refusal_is_an_error_of_the_domain() -> None:
    assert TooManyAtOnce().message
