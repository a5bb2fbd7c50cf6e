"""Which search engine is chosen by which settings, and which of them are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.config import Settings
from app.core.environment import SettingsError, Source
from app.core.search_settings import SearchSettings, search_settings
from app.search.elasticsearch_index import ElasticsearchIndex
from app.search.engine import make_index
from app.search.interface import SearchIndex
from app.search.sqlite_index import SqliteIndex
from app.search.whoosh_index import WhooshIndex

URL = "https://search.example.org:9200"


def chosen(**environment: str) -> SearchSettings:
    return search_settings(Source(environment))


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({}, WhooshIndex),
        ({"MICROBLOG_SEARCH": "whoosh"}, WhooshIndex),
        ({"MICROBLOG_SEARCH": "SQLite"}, SqliteIndex),
        ({"ELASTICSEARCH_URL": URL}, ElasticsearchIndex),
        ({"ELASTICSEARCH_URL": URL, "MICROBLOG_SEARCH": "elasticsearch"}, ElasticsearchIndex),
        ({"ELASTICSEARCH_URL": URL, "MICROBLOG_SEARCH": "sqlite"}, SqliteIndex),
    ],
)
def test_the_settings_choose_the_engine(tmp_path: Path, environment: dict[str, str], kind: type[SearchIndex]) -> None:
    index = make_index(Settings.from_environment({"MICROBLOG_DATA_DIR": str(tmp_path), **environment}))
    assert type(index) is kind
    index.close()


def test_everything_that_elasticsearch_needs_can_be_set(tmp_path: Path) -> None:
    secret, authority = tmp_path / "password", tmp_path / "ca.pem"
    secret.write_text("let me in\n")
    authority.write_text("")
    settings = chosen(
        ELASTICSEARCH_URL=URL + "/",
        ELASTICSEARCH_INDEX="club",
        ELASTICSEARCH_USERNAME="microblog",
        ELASTICSEARCH_PASSWORD_FILE=str(secret),
        ELASTICSEARCH_CA=str(authority),
    )
    assert settings == SearchSettings("elasticsearch", URL, "club", "microblog", "let me in", "", authority)
    assert "let me in" not in repr(settings)
    assert chosen(ELASTICSEARCH_URL=URL, ELASTICSEARCH_API_KEY="key").api_key == "key"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"MICROBLOG_SEARCH": "google"}, "MICROBLOG_SEARCH"),
        ({"MICROBLOG_SEARCH": "elasticsearch"}, "ELASTICSEARCH_URL"),
        ({"ELASTICSEARCH_URL": "search.example.org"}, "ELASTICSEARCH_URL"),
        ({"ELASTICSEARCH_URL": "ftp://search.example.org"}, "ELASTICSEARCH_URL"),
        ({"ELASTICSEARCH_URL": "https://search.example.org:port"}, "ELASTICSEARCH_URL"),
        ({"ELASTICSEARCH_URL": URL, "ELASTICSEARCH_INDEX": "Mine/*"}, "ELASTICSEARCH_INDEX"),
        ({"ELASTICSEARCH_URL": URL, "ELASTICSEARCH_CA": "/nonexistent"}, "ELASTICSEARCH_CA"),
        ({"ELASTICSEARCH_URL": URL, "ELASTICSEARCH_PASSWORD_FILE": "/nonexistent"}, "ELASTICSEARCH_PASSWORD_FILE"),
    ],
)
def test_nonsense_is_refused_by_name(environment: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        chosen(**environment)
