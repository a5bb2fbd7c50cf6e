"""Private messages by way of the API: received, sent, between two, writing, and noting how far one has read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, url_for

from ..accounts.queries import get_user_by_id
from ..core.database import transaction
from ..core.errors import Invalid, NotFound, mark
from ..core.paging import Page
from ..tokens.api import caller, token_required
from ..web.context import settings
from ..web.operation import Made, operation
from ..web.schemas import Listing, OnceOnly, PositionQuery, listed, position_of, size_of
from . import queries, service
from .models import Message
from .schemas import MessageList, MessageShape, NewMessage, Reading, UnreadShape

blueprint = Blueprint("messages_api", __name__, url_prefix="/api/messages")


@dataclass(frozen=True)
class Seen:
    """A message as the caller sees it."""

    message: Message
    other_id: int
    is_unread: bool


@blueprint.get("")
@token_required
@operation(query=PositionQuery, answer=MessageList)
def received(query: dict[str, Any]) -> Listing:
    """What others wrote to you, newest first.

    Looking does not mark anything as read; `POST /api/messages/read` does.
    """
    page = queries.received(caller(), position_of(query), size_of(query))
    return _listed(page, query, "messages_api.received")


@blueprint.get("/sent")
@token_required
@operation(query=PositionQuery, answer=MessageList)
def sent(query: dict[str, Any]) -> Listing:
    """What you wrote to others, newest first."""
    return _listed(queries.sent(caller(), position_of(query), size_of(query)), query, "messages_api.sent")


@blueprint.get("/with/<int:user_id>")
@token_required
@operation(query=PositionQuery, answer=MessageList)
def conversation(user_id: int, query: dict[str, Any]) -> Listing:
    """What somebody and you wrote to each other, newest first."""
    page = queries.between(caller(), get_user_by_id(user_id), position_of(query), size_of(query))
    return _listed(page, query, "messages_api.conversation", user_id=user_id)


@blueprint.get("/<int:message_id>")
@token_required
@operation(answer=MessageShape)
def show(message_id: int) -> Seen:
    """One message that you wrote or received. 404 for other people's."""
    return _seen([queries.get_own(caller(), message_id)])[0]


@blueprint.post("")
@token_required
@operation(body=NewMessage, headers=OnceOnly, answer=MessageShape, status=HTTPStatus.CREATED)
def send(body: dict[str, Any], headers: dict[str, str]) -> Made:
    """Write to somebody. 400 for yourself, and where there is no such account."""
    with transaction():
        try:
            recipient = get_user_by_id(body["recipient"])
        except NotFound as error:
            raise Invalid(mark("There is no such recipient."), "recipient") from error
        made = service.send_message(caller(), recipient, body["body"], settings().post_length, headers.get("key", ""))
        message_id = made.id
    message = queries.get_own(caller(), message_id)
    return Made(_seen([message])[0], url_for("messages_api.show", message_id=message_id))


@blueprint.post("/read")
@token_required
@operation(body=Reading, answer=UnreadShape)
def read(body: dict[str, int]) -> dict[str, int]:
    """Note how far you have read; never back to an older message."""
    with transaction():
        newest = queries.newest_received(caller())
        service.mark_read(caller().id, min(body.get("up_to", newest), newest))
    return {"unread_message_count": queries.count_unread(caller())}


def _listed(page: Page[Message], query: dict[str, Any], endpoint: str, **values: Any) -> Listing:
    shown = Page(_seen(page.items), newer=page.newer, older=page.older)
    return listed(shown, query, endpoint, **values)


def _seen(messages: Sequence[Message]) -> list[Seen]:
    viewer_id, read_up_to = caller().id, queries.read_up_to(caller())

    def seen(message: Message) -> Seen:
        mine = message.recipient_id == viewer_id
        other_id = message.sender_id if mine else message.recipient_id
        return Seen(message, other_id, is_unread=mine and message.id > read_up_to)

    return [seen(message) for message in messages]
