"""A real Elasticsearch, stopped, slow, or restarted with nothing in it: pages and saves go on, nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from secrets import token_hex

import pytest
from flask import Flask
from page import Page, PageClient
from people import People
from relay import Relay
from server import remove, server_url

from app.core.database import db
from app.core.search_settings import ELASTICSEARCH, SearchSettings
from app.jobs.models import Job
from app.search import elasticsearch_index
from app.search.elasticsearch_index import ElasticsearchIndex
from app.search.interface import SearchIndex
from app.worker import Worker

DEGRADED = "search index is away"


@pytest.fixture
def relay() -> Iterator[Relay]:
    """What can be stopped in place of the server."""
    with Relay(server_url()) as relay:
        yield relay


@pytest.fixture
def index(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchIndex]:
    # As short as can be: the tests wait for each of them.
    monkeypatch.setattr(elasticsearch_index, "READ_SECONDS", 2.0)
    monkeypatch.setattr(elasticsearch_index, "WRITE_SECONDS", 2.0)
    monkeypatch.setattr(elasticsearch_index, "AWAY_SECONDS", 0.0)
    name = f"test-{token_hex(6)}"
    index = ElasticsearchIndex(SearchSettings(ELASTICSEARCH, relay.url, name))
    index.rebuild([])
    yield index
    index.close()
    remove(ElasticsearchIndex(SearchSettings(ELASTICSEARCH, server_url(), name)))


@pytest.fixture
def attend(app: Flask, worker: Worker) -> Callable[[], None]:
    """Let the worker look after everything, with a minute gone since it last did."""

    def look() -> None:
        worker._index_care._healed = None
        with app.app_context():
            worker.work_once()

    return look


def articles(page: Page) -> int:
    return len(page.all("article"))


def jobs(app: Flask) -> int:
    with app.app_context():
        return db.session.query(Job).count()


@pytest.mark.parametrize("trouble", ["stop", "stall"])
def test_pages_and_saves_go_on_without_the_server_and_nothing_is_lost(
    app: Flask, people: People, alice: PageClient, relay: Relay, attend: Callable[[], None], trouble: str
) -> None:
    people.post("bob", "before the trouble")
    attend()
    assert DEGRADED not in alice.page("/search?q=trouble").text
    getattr(relay, trouble)()
    assert alice.send("/index", {"post": "amid the trouble"}).status_code == 302
    page = alice.page("/search?q=trouble")
    assert articles(page) == 2
    assert DEGRADED in page.text
    attend()
    assert jobs(app) == 1
    if trouble == "stop":
        relay.start()
    relay._stalled = False
    attend()
    attend()
    page = alice.page("/search?q=trouble")
    assert articles(page) == 2
    assert DEGRADED not in page.text
    assert jobs(app) == 0


def test_a_server_that_comes_back_with_nothing_in_it_is_filled_again(
    app: Flask, people: People, alice: PageClient, index: ElasticsearchIndex, attend: Callable[[], None]
) -> None:
    for number in range(5):
        people.post("bob", f"word number {number}")
    attend()
    for name in index._client.indices.get(index=f"{index._alias}-*"):
        index._client.indices.delete(index=name)
    page = alice.page("/search?q=word")
    assert articles(page) == 5
    assert DEGRADED in page.text
    assert alice.send("/index", {"post": "one more word"}).status_code == 302
    attend()
    page = alice.page("/search?q=word")
    assert articles(page) == 6
    assert DEGRADED not in page.text


def test_a_rebuild_leaves_one_index_behind_and_one_that_fails_none(index: ElasticsearchIndex) -> None:
    def fails() -> Iterator[object]:
        yield from ()
        raise ZeroDivisionError

    for _ in range(2):
        index.rebuild([])
    with pytest.raises(ZeroDivisionError):
        index.rebuild(fails())  # type: ignore[arg-type]
    assert len(index._client.indices.get(index=f"{index._alias}-*")) == 1


def test_its_library_is_not_even_imported_where_no_server_is_set() -> None:
    program = "import sys, app.wsgi, app.worker; print({'elasticsearch', 'elastic_transport'} & set(sys.modules))"
    environment = {"MICROBLOG_DATA_DIR": "/nonexistent", "SECRET_KEY": "k" * 40, "PATH": ""}
    answer = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "set()"
