"""What is new, by way of the API."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, url_for

from ..tokens.api import caller, token_required
from ..web.operation import operation
from ..web.schemas import Listing
from . import queries
from .schemas import NoticeList, SinceQuery

blueprint = Blueprint("notifications_api", __name__, url_prefix="/api/notifications")


@blueprint.get("")
@token_required
@operation(query=SinceQuery, answer=NoticeList)
def feed(query: dict[str, Any]) -> Listing:
    """What changed for you after `since`, oldest first; ask `_links.next` for what comes after that."""
    since = query["since"]
    notices = queries.notices(current_app.extensions[queries.SOURCES], caller(), since)
    latest = notices[-1].timestamp if notices else since
    return Listing(
        notices,
        meta={"since": since},
        links={
            "self": url_for("notifications_api.feed", since=since),
            "next": url_for("notifications_api.feed", since=latest),
        },
    )
