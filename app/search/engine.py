"""The engine that the settings choose; the libraries of the others are never imported."""

from __future__ import annotations

from ..core.config import Settings
from ..core.search_settings import ELASTICSEARCH, SQLITE
from .interface import SearchIndex


def make_index(settings: Settings) -> SearchIndex:
    """An engine, which does nothing until it is asked."""
    # Imported here: each brings a library along that takes memory in every process (Elasticsearch's 20 MiB).
    if settings.search.engine == ELASTICSEARCH:
        from .elasticsearch_index import ElasticsearchIndex  # noqa: PLC0415  see above

        return ElasticsearchIndex(settings.search)
    if settings.search.engine == SQLITE:
        from .sqlite_index import SqliteIndex  # noqa: PLC0415  see above

        return SqliteIndex(settings.search_dir)
    from .whoosh_index import WhooshIndex  # noqa: PLC0415  see above

    return WhooshIndex(settings.search_dir)
