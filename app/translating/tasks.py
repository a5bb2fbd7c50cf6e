"""Jobs of languages: of new posts, and of those that were there before there was a translator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.database import db, transaction
from ..posts.queries import KIND
from ..translators.detector import Detector
from . import queries, service

CHUNK = 200


def detect_languages(detector: Detector, payloads: Sequence[dict[str, Any]]) -> None:
    """Find out the languages of posts that are new; the payloads are those of the search index, as are the rows."""
    rows = queries.without_language([payload["id"] for payload in payloads if payload["kind"] == KIND])
    db.session.rollback()
    found = {post_id: detector.language_of(body) for post_id, body in rows}
    if found:
        with transaction():
            service.record_languages(found)


def look_back(detector: Detector, _payloads: Sequence[dict[str, Any]]) -> None:
    """Find out the languages of older posts, newest first, and leave the rest to the next job.

    How far it is stands in the database and is written with what was found: killed at any moment, it goes on from
    there; two such jobs at once are run as one.
    """
    start = queries.looked_back_to()
    if not start:
        return
    rows = queries.posts_before(start, CHUNK)
    db.session.rollback()
    found = {post_id: detector.language_of(body) for post_id, body, language in rows if language is None}
    with transaction():
        service.record_languages(found)
        service.go_on_looking_back(rows[-1][0] if len(rows) == CHUNK else 0)
