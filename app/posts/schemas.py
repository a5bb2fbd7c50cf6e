"""Posts as programs see and write them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from marshmallow import fields
from marshmallow.validate import Length

from ..accounts.schemas import AccountShape
from ..search.language import LONGEST_QUERY
from ..web.fields import Address, Part, Prose, Text
from ..web.schemas import Body, PositionMeta, PositionQuery, Shape, list_of

LANGUAGE = "By ISO 639-1, such as en or zh-cn; null or empty where it is not known."
BEHIND = "False while the search index is being rebuilt, or is behind with changes: hits may be missing."
AWAY = "Null if the page was asked for by an id, and while the search index is being rebuilt."


class PostLinks(Shape):
    """Where to find out more."""

    self = Address("posts_api.show", post_id="id")


class PostShape(Shape):
    """What somebody wrote."""

    id = fields.Integer(metadata={"examples": [7]})
    body = fields.String(metadata={"examples": ["Hello, everybody!"]})
    timestamp = fields.AwareDateTime(attribute="created_at")
    language = fields.String(allow_none=True, metadata={"description": LANGUAGE, "examples": ["en"]})
    author = fields.Nested(AccountShape)
    _links = Part(PostLinks)


PostList = list_of(PostShape)


class NewPost(Body):
    """What somebody wants to say."""

    body = Prose("Hello, everybody!")


class SearchQuery(PositionQuery):
    """What to look for."""

    q = Text(
        required=True,
        validate=Length(1, LONGEST_QUERY, error=_l("%(name)s must have 1 to 500 characters.")),
        metadata={"description": "Words that a post must hold, all of them.", "examples": ["apples"]},
    )


class WarningShape(Shape):
    """An operator that was left out of account, such as before:yesterday, and what may be written instead."""

    operator = fields.String(metadata={"examples": ["before"]})
    value = fields.String(metadata={"examples": ["yesterday"]})
    message = fields.String(metadata={"examples": ["Nobody is called “carol”."]})


class SearchMeta(PositionMeta):
    """Where in the list of hits this page is."""

    total_pages = fields.Integer(allow_none=True, metadata={"description": AWAY})
    total_items = fields.Integer(allow_none=True, metadata={"description": AWAY})
    is_complete = fields.Boolean(metadata={"description": BEHIND})
    warnings = fields.List(fields.Nested(WarningShape))


class FoundShape(PostShape):
    """A post that was found."""


FoundList = list_of(FoundShape, SearchMeta)
