"""Queries in Elasticsearch's own language."""

from __future__ import annotations

from typing import Any

from ..core.time import utc_now
from .interface import audience_of
from .query import All, Either, Mark, Not, Part, Phrase, Prefix, Query, Since, Until, Word
from .ranking import FRESHNESS_DAYS


def wanted(kind: str, query: Query, viewer: int | None) -> dict[str, Any]:
    """The query in Elasticsearch's own language, for one kind and what the viewer may find."""
    filters = [{"term": {"kind": kind}}, _part(Mark(audience_of(viewer)))]
    filters += [_part(part) for part in query.parts if isinstance(part, Mark | Since | Until)]
    required = [_part(part) for part in query.parts if not isinstance(part, Mark | Since | Until | Not)]
    refused = [_part(part.part) for part in query.parts if isinstance(part, Not)]
    return {"bool": {"filter": filters, "must": required, "must_not": refused}}


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Word):
        return {"term": {"words": part.term}}
    if isinstance(part, Phrase):
        return {"match_phrase": {"words": " ".join(part.terms)}}
    if isinstance(part, Prefix):
        return {"prefix": {"words": part.term}}
    if isinstance(part, Mark):
        return {"constant_score": {"filter": {"term": {"marks": part.text}}, "boost": 0}}
    if isinstance(part, Since | Until):
        bound = "gte" if isinstance(part, Since) else "lt"
        # As text: a number would count as milliseconds, whatever the field's format.
        return {"range": {"created": {bound: str(int(part.moment.timestamp()))}}}
    if isinstance(part, All):
        return {"bool": {"must": [_part(each) for each in part.parts]}}
    if isinstance(part, Either):
        return {"bool": {"should": [_part(each) for each in part.parts], "minimum_should_match": 1}}
    raise TypeError(f"{part!r} stands where the language has none")


def with_freshness(wanted: dict[str, Any]) -> dict[str, Any]:
    """The query with the same weight of time as `ranking.freshness`."""
    fresh = {"origin": str(int(utc_now().timestamp())), "scale": f"{FRESHNESS_DAYS}d", "decay": 0.5}
    functions = [{"weight": 1}, {"exp": {"created": fresh}}]
    return {"function_score": {"query": wanted, "functions": functions, "score_mode": "sum", "boost_mode": "multiply"}}
