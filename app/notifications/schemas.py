"""What is new, as programs see it."""

from __future__ import annotations

from marshmallow import fields

from ..web.fields import Moment
from ..web.schemas import Query, Shape


class SinceQuery(Query):
    """What is asked for."""

    since = Moment(
        load_default=0.0,
        metadata={"description": "Seconds since 1970: only what changed after that. Else from the beginning."},
    )


class NoticeShape(Shape):
    """Something that changed."""

    name = fields.String(metadata={"examples": ["unread_message_count"]})
    data = fields.Raw(
        metadata={
            "description": "How many messages are unread; of an export (task_progress) how far it is.",
            "oneOf": [{"type": "integer"}, {"type": "object", "required": ["task_id", "progress", "failed"]}],
            "examples": [2],
        }
    )
    timestamp = fields.Float(metadata={"description": "Seconds since 1970."})


class NoticeMeta(Shape):
    """What was asked for."""

    since = fields.Float()


class NoticeLinks(Shape):
    """This list, and where to ask for what is new after it; there is no end to that, so never null."""

    self = fields.String(metadata={"format": "uri-reference"})
    next = fields.String(metadata={"format": "uri-reference"})


class NoticeList(Shape):
    """What changed, oldest first."""

    items = fields.List(fields.Nested(NoticeShape))
    _meta = fields.Nested(NoticeMeta, attribute="meta")
    _links = fields.Nested(NoticeLinks, attribute="links")
