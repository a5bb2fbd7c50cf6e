"""Settings of the search engine."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from .environment import SettingsError, Source

WHOOSH, SQLITE, ELASTICSEARCH = "whoosh", "sqlite", "elasticsearch"
INDEX_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")


@dataclass(frozen=True)
class SearchSettings:
    """Which engine, and for Elasticsearch where it is and how it knows us."""

    engine: str = WHOOSH
    url: str = ""
    index: str = "microblog"
    username: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    ca_file: Path | None = None

    @property
    def credentials(self) -> str | None:
        """Name and password as HTTP sends them; the client itself would take no letters but English ones."""
        return b64encode(f"{self.username}:{self.password}".encode()).decode() if self.username else None


def search_settings(source: Source) -> SearchSettings:
    """MICROBLOG_SEARCH and the ELASTICSEARCH_ settings; an address alone chooses Elasticsearch."""
    url = source.text_or_file("ELASTICSEARCH_URL").rstrip("/")
    engine = source.choice("MICROBLOG_SEARCH", ELASTICSEARCH if url else WHOOSH, (WHOOSH, SQLITE, ELASTICSEARCH))
    if engine != ELASTICSEARCH:
        return SearchSettings(engine)
    return SearchSettings(
        engine,
        _checked_url(url),
        _index_name(source),
        source.text_or_file("ELASTICSEARCH_USERNAME"),
        source.text_or_file("ELASTICSEARCH_PASSWORD"),
        source.text_or_file("ELASTICSEARCH_API_KEY"),
        source.file("ELASTICSEARCH_CA", "the certificate of its authority"),
    )


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        # Not shown: it may hold a password.
        raise SettingsError("ELASTICSEARCH_URL is no address; write one such as https://search.example.org:9200")
    return url


def _index_name(source: Source) -> str:
    name = source.text("ELASTICSEARCH_INDEX", "microblog")
    if not INDEX_NAME.fullmatch(name):
        raise SettingsError(f"ELASTICSEARCH_INDEX is {name!r}; write small letters and digits, for example microblog")
    return name
