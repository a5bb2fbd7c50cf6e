"""The real Elasticsearch that CI starts; what needs it is skipped where none runs."""

from __future__ import annotations

import os

import pytest

from app.search.elasticsearch_index import ElasticsearchIndex
from app.search.interface import SearchIndex


def server_url() -> str:
    """Where it is."""
    url = os.environ.get("ELASTICSEARCH_TEST_URL", "")
    if not url:
        pytest.skip("needs Elasticsearch: the address of a server in ELASTICSEARCH_TEST_URL")
    return url


def remove(index: SearchIndex) -> None:
    """Close an index, and leave nothing of it on the server."""
    if isinstance(index, ElasticsearchIndex):
        for name in index._client.indices.get(index=f"{index._alias}-*"):
            index._client.indices.delete(index=name)
    index.close()
