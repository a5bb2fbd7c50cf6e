"""Private messages as programs see and write them."""

from __future__ import annotations

from marshmallow import fields

from ..accounts.schemas import AccountShape
from ..web.fields import Address, Identifier, Part, Prose
from ..web.schemas import Body, Shape, list_of


class MessageLinks(Shape):
    """Where to find out more."""

    self = Address("messages_api.show", message_id="message.id")
    conversation = Address("messages_api.conversation", user_id="other_id")


class MessageShape(Shape):
    """What one wrote to another."""

    id = fields.Integer(attribute="message.id", metadata={"examples": [3]})
    body = fields.String(attribute="message.body", metadata={"examples": ["See you on Sunday?"]})
    timestamp = fields.AwareDateTime(attribute="message.created_at")
    sender = fields.Nested(AccountShape, attribute="message.sender")
    recipient = fields.Nested(AccountShape, attribute="message.recipient")
    is_unread = fields.Boolean(
        metadata={"description": "Whether it was written to you and you have not read it. False in what you wrote."}
    )
    _links = Part(MessageLinks)


MessageList = list_of(MessageShape)


class NewMessage(Body):
    """What somebody wants to say to whom."""

    recipient = Identifier(required=True, metadata={"description": "The id of an account.", "examples": [2]})
    body = Prose("See you on Sunday?")


class Reading(Body):
    """How far you have read."""

    up_to = Identifier(
        metadata={"description": "The id of the newest message that you have seen; all of them if it is left out."}
    )


class UnreadShape(Shape):
    """How many messages to you are unread."""

    unread_message_count = fields.Integer(metadata={"description": "At most 100; there may be more then."})
