"""A guarded Elasticsearch: its authority, a key or a name with a password, and what is said if one is wrong."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from guarded import Guarded
from server import remove, server_url

from app.core.search_settings import ELASTICSEARCH, SearchSettings
from app.search.elasticsearch_index import ElasticsearchIndex
from app.search.interface import SearchAway

KEY = b64encode(b"id:key-of-microblog").decode()
NAME, PASSWORD = "microblog", "päss:word"
BASIC = b64encode(f"{NAME}:{PASSWORD}".encode()).decode()


@pytest.fixture(params=[f"ApiKey {KEY}", f"Basic {BASIC}"], ids=["key", "password"])
def guarded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Guarded]:
    """The server behind a guard who lets in one of both."""
    with Guarded(server_url(), request.param, tmp_path) as guarded:
        yield guarded


def told(guarded: Guarded, *, authority: bool = True, key: str = "", password: str = "") -> ElasticsearchIndex:
    """An index with these settings; only one of key and password is what the guard wants."""
    settings = SearchSettings(
        ELASTICSEARCH,
        guarded.url,
        f"test-{token_hex(6)}",
        NAME if password else "",
        password,
        key,
        guarded.authority if authority else None,
    )
    return ElasticsearchIndex(settings)


def test_it_is_used_with_what_it_wants_and_over_https(guarded: Guarded, request: pytest.FixtureRequest) -> None:
    by_key = "key" in request.node.name.partition("[")[2]
    index = told(guarded, key=KEY) if by_key else told(guarded, password=PASSWORD)
    try:
        index.rebuild([])
        assert index.count() == 0
    finally:
        remove(index)


def test_who_is_not_known_is_told_which_settings_to_look_at(guarded: Guarded) -> None:
    index = told(guarded, password="another one")
    with pytest.raises(SearchAway, match="ELASTICSEARCH_API_KEY or _PASSWORD is wrong"):
        index.count()
    index.close()


def test_an_authority_that_is_not_known_is_not_believed_and_the_setting_is_named(guarded: Guarded) -> None:
    index = told(guarded, authority=False, key=KEY)
    with pytest.raises(SearchAway, match="ELASTICSEARCH_CA"):
        index.count()
    index.close()
