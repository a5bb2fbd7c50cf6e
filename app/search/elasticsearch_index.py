"""Elasticsearch 8 behind the search interface; what a word is, it is told by us."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from itertools import islice
from secrets import token_hex
from typing import Any

from elasticsearch import ApiError, AuthenticationException, Elasticsearch, NotFoundError, SSLError, TransportError

from ..core.search_settings import SearchSettings
from .elasticsearch_query import wanted, with_freshness
from .interface import MOST_COUNTED, NO_HITS, Document, Hits, Key, SearchAway, SearchUnavailable
from .query import Query
from .ranking import LONG_WORD, MOST_SIMILAR, SHORTEST_MISTYPED
from .words import WORDS_VERSION

# Part of the alias: an index written by another version of this file is not read but made again.
FORMAT = f"v1w{WORDS_VERSION}"
READ_SECONDS, WRITE_SECONDS = 3.0, 30.0
# After a server did not answer nobody else waits for it for so long.
AWAY_SECONDS = 10.0
ADVICE = {AuthenticationException: ": ELASTICSEARCH_API_KEY or _PASSWORD is wrong", SSLError: ": see ELASTICSEARCH_CA"}
CHUNK = 500
IDS_AT_ONCE = 5_000
SETTINGS = {
    "number_of_shards": 1,
    "number_of_replicas": 0,
    # The words come divided by spaces, in their uniform form.
    "analysis": {"analyzer": {"given": {"type": "custom", "tokenizer": "whitespace"}}},
}
MAPPINGS = {
    "dynamic": False,
    # The database has the texts.
    "_source": {"enabled": False},
    "properties": {
        "kind": {"type": "keyword"},
        "number": {"type": "long"},
        "created": {"type": "date", "format": "epoch_second"},
        "words": {"type": "text", "analyzer": "given"},
        "marks": {"type": "keyword", "doc_values": False},
    },
}


class ElasticsearchIndex:
    """An index on a server: an alias names the one in use."""

    def __init__(self, settings: SearchSettings) -> None:
        self._alias = f"{settings.index}-{FORMAT}"
        trusted: dict[str, Any] = {"ca_certs": str(settings.ca_file)} if settings.ca_file else {}
        self._client = Elasticsearch(
            settings.url,
            basic_auth=settings.credentials,
            api_key=settings.api_key or None,
            retry_on_timeout=False,
            max_retries=1,
            **trusted,
        )
        self._reading = self._client.options(request_timeout=READ_SECONDS)
        self._writing = self._client.options(request_timeout=WRITE_SECONDS, max_retries=3)
        self._away_until = 0.0

    def update(self, documents: Sequence[Document], gone: Sequence[tuple[str, int]]) -> None:
        operations: list[dict[str, Any]] = [{"delete": {"_id": _key(kind, number)}} for kind, number in gone]
        for document in documents:
            operations += _operations(document)
        if operations:
            with _unavailable():
                self._bulk(operations, self._alias, refresh=True)

    def search(
        self, kind: str, query: Query, offset: int, limit: int, *, viewer: int | None = None, newest: bool = False
    ) -> Hits:
        if not query.parts:
            return NO_HITS
        found = wanted(kind, query, viewer)
        answer = self._read(
            "search",
            index=self._alias,
            query=found if newest else with_freshness(found),
            sort=[{"number": "desc"}] if newest else [{"_score": "desc"}, {"number": "desc"}],
            from_=min(offset, MOST_COUNTED),
            size=max(0, min(limit, MOST_COUNTED - offset)),
            track_total_hits=MOST_COUNTED,
            timeout=f"{READ_SECONDS - 1:.0f}s",
        )
        total = answer["hits"]["total"]
        late = bool(answer["timed_out"])
        return Hits(
            tuple(_number(hit["_id"]) for hit in answer["hits"]["hits"]),
            min(total["value"], MOST_COUNTED),
            more=total["relation"] == "gte" or late,
            cut=late,
        )

    def beside(self, kind: str, query: Query, key: Key, limit: int, *, viewer: int | None = None) -> Hits:
        if not query.parts:
            return NO_HITS
        answer = self._read(
            "search",
            index=self._alias,
            query=wanted(kind, query, viewer),
            sort=[{"number": "desc" if key.after is None else "asc"}],
            search_after=[key.before if key.after is None else key.after],
            size=limit,
            track_total_hits=False,
            timeout=f"{READ_SECONDS - 1:.0f}s",
        )
        ids = sorted((_number(hit["_id"]) for hit in answer["hits"]["hits"]), reverse=True)
        late = bool(answer["timed_out"])
        return Hits(tuple(ids), len(ids), more=late, cut=late)

    def similar(self, word: str) -> list[str]:
        if len(word) < SHORTEST_MISTYPED:
            return []
        term = {
            "field": "words",
            "suggest_mode": "always",
            "max_edits": 2 if len(word) >= LONG_WORD else 1,
            "prefix_length": 1,
            "size": MOST_SIMILAR,
        }
        answer = self._read("search", index=self._alias, size=0, suggest={"words": {"text": word, "term": term}})
        return [option["text"] for entry in answer["suggest"]["words"] for option in entry["options"]]

    def rebuild(self, documents: Iterable[Document]) -> None:
        name = f"{self._alias}-{token_hex(6)}"
        with _unavailable():
            self._writing.indices.create(index=name, settings=SETTINGS | {"refresh_interval": "-1"}, mappings=MAPPINGS)
            try:
                pending = iter(documents)
                while chunk := list(islice(pending, CHUNK)):
                    operations = [part for document in chunk for part in _operations(document)]
                    self._bulk(operations, name)
                self._writing.indices.put_settings(index=name, settings={"refresh_interval": None})
                self._writing.indices.refresh(index=name)
                self._switch_to(name)
            except BaseException:
                self._writing.options(ignore_status=404).indices.delete(index=name)
                raise

    def count(self) -> int:
        return int(self._read("count", index=self._alias)["count"])

    def worn(self) -> bool:
        return False

    def numbers(self, kind: str) -> Iterator[int]:
        after = -1
        while True:
            answer = self._read(
                "search",
                index=self._alias,
                query={"bool": {"filter": [{"term": {"kind": kind}}, {"range": {"number": {"gt": after}}}]}},
                sort=[{"number": "asc"}],
                size=IDS_AT_ONCE,
            )
            found = [_number(hit["_id"]) for hit in answer["hits"]["hits"]]
            yield from found
            if len(found) < IDS_AT_ONCE:
                return
            after = found[-1]

    def close(self) -> None:
        self._client.close()

    def _read(self, operation: str, **arguments: Any) -> Any:
        if time.monotonic() < self._away_until:
            raise SearchAway("Elasticsearch did not answer a moment ago")
        with _unavailable():
            try:
                return getattr(self._reading, operation)(**arguments)
            except TransportError:
                self._away_until = time.monotonic() + AWAY_SECONDS
                raise

    def _bulk(self, operations: Sequence[dict[str, Any]], index: str, *, refresh: bool = False) -> None:
        # An alias is asked for, because an index that is missing would be made, without our mapping.
        answer = self._writing.bulk(
            operations=operations, index=index, refresh=refresh, require_alias=index == self._alias
        )
        for item in answer["items"] if answer["errors"] else []:
            (outcome,) = item.values()
            if "error" in outcome:
                kind = SearchUnavailable if outcome["status"] == HTTPStatus.NOT_FOUND else SearchAway
                raise kind(f"Elasticsearch: {outcome['error'].get('reason', outcome['error'])}")

    def _switch_to(self, name: str) -> None:
        self._writing.indices.update_aliases(
            actions=[
                {"remove": {"index": f"{self._alias}-*", "alias": self._alias, "must_exist": False}},
                {"add": {"index": name, "alias": self._alias}},
            ]
        )
        for other in self._writing.indices.get(index=f"{self._alias}-*"):
            if other != name:
                self._writing.options(ignore_status=404).indices.delete(index=other)


def _key(kind: str, number: int) -> str:
    return f"{kind}:{number}"


def _number(key: str) -> int:
    return int(key.rpartition(":")[2])


def _operations(document: Document) -> list[dict[str, Any]]:
    fields = {
        "kind": document.kind,
        "number": document.id,
        "created": int(document.created_at.timestamp()),
        "words": " ".join(document.words),
        "marks": sorted(document.marks),
    }
    return [{"index": {"_id": _key(document.kind, document.id)}}, fields]


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except NotFoundError as error:
        raise SearchUnavailable(f"Elasticsearch has no index of ours: {error}") from error
    except (ApiError, TransportError) as error:
        raise SearchAway(f"Elasticsearch: {type(error).__name__}: {error}{ADVICE.get(type(error), '')}") from error
