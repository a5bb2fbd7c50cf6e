"""The forms that all answers of the API share: errors, pages of a list with the addresses of their neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from marshmallow import EXCLUDE, Schema, fields

from ..core.paging import LARGEST_ID, Page, Position
from .fields import Count, PageNumber, Pattern, Text

PER_PAGE, MOST_PER_PAGE = 10, 100
# What the columns of these marks hold.
MARK_LENGTH = 36
UNKNOWN: Mapping[str, Any] = MappingProxyType({})


class Shape(Schema):
    """What an answer looks like; all of its fields are always there."""

    class Meta:
        """Options of the library: more fields may come later."""

        unknown = EXCLUDE

    def on_bind_field(self, _name: str, field: fields.Field[Any]) -> None:
        """Let the document say so."""
        field.required = True


class Body(Schema):
    """What a request must look like; fields that it does not know are left alone, as upstream does."""

    class Meta:
        """Options of the library."""

        unknown = EXCLUDE


class Query(Body):
    """What an address may ask for."""


class Error(Body):
    """What went wrong: the status by name and, where there is more to say, a message."""

    error = fields.String(required=True, metadata={"examples": ["Bad Request"]})
    message = fields.String(metadata={"examples": ["This name is taken. Choose another."]})


class PageQuery(Query):
    """Which page of a list."""

    page = PageNumber(load_default=1, metadata={"description": "Number of the page; page 1 if it is not a number."})
    per_page = Count(
        load_default=PER_PAGE,
        metadata={"description": f"How many to a page: at most {MOST_PER_PAGE}, {PER_PAGE} if it is no such number."},
    )


class PositionQuery(PageQuery):
    """Which part of a list that pages by key."""

    before = Count(LARGEST_ID, metadata={"description": "Those older than the one with this id: the next page."})
    after = Count(LARGEST_ID, metadata={"description": "Those newer than the one with this id: the previous page."})


class OnceOnly(Body):
    """A mark by which the appliance knows a request that is sent again."""

    key = Text(
        data_key="Idempotency-Key",
        validate=Pattern(f"[!-~]{{1,{MARK_LENGTH}}}", _l("Idempotency-Key must be 1 to 36 plain characters.")),
        metadata={
            "description": "A random mark for what is written. The same mark with the same text, sent again, makes"
            " nothing new and gives what was made the first time."
        },
    )


class PageMeta(Shape):
    """Where in the list this page is."""

    page = fields.Integer(metadata={"examples": [1]})
    per_page = fields.Integer(metadata={"examples": [10]})
    total_pages = fields.Integer(metadata={"examples": [3]})
    total_items = fields.Integer(metadata={"examples": [21]})


class PositionMeta(Shape):
    """Where in the list this page is. What would have to be counted through a long list is null."""

    page = fields.Integer(allow_none=True, metadata={"description": "Null if the page was asked for by an id."})
    per_page = fields.Integer(metadata={"examples": [10]})
    total_pages = fields.Integer(allow_none=True, metadata={"description": "Null: not counted."})
    total_items = fields.Integer(allow_none=True, metadata={"description": "Null: not counted."})


class PageLinks(Shape):
    """This page, the next (further from the start) and the previous one; null where there is none."""

    self = fields.String(metadata={"format": "uri-reference"})
    next = fields.String(allow_none=True, metadata={"format": "uri-reference"})
    prev = fields.String(allow_none=True, metadata={"format": "uri-reference"})


@dataclass(frozen=True)
class Listing:
    """A page of a list as the API shows it."""

    items: Sequence[Any]
    meta: Mapping[str, Any]
    links: Mapping[str, Any]


def list_of(item: type[Shape], meta: type[Shape] = PositionMeta) -> type[Shape]:
    """The shape of a page of a list of such items."""
    parts: dict[str, fields.Field[Any]] = {
        "items": fields.List(fields.Nested(item)),
        "_meta": fields.Nested(meta, attribute="meta"),
        "_links": fields.Nested(PageLinks, attribute="links"),
    }
    return type(
        f"{item.__name__.removesuffix('Shape')}List",
        (Shape,),
        {"__doc__": f"A page of a list: {item.__doc__}", **parts},
    )


def size_of(query: Mapping[str, Any]) -> int:
    """How many items the page that was asked for is to have."""
    return min(int(query["per_page"]), MOST_PER_PAGE)


def position_of(query: Mapping[str, Any]) -> Position:
    """Where in a list that pages by key the page that was asked for stands."""
    return Position(query.get("before"), query.get("after"), query["page"])


def listed(
    page: Page[Any], query: Mapping[str, Any], endpoint: str, known: Mapping[str, Any] = UNKNOWN, **values: Any
) -> Listing:
    """A page of a list with the addresses of its neighbours; `known` is what else there is to say of the list."""
    size, asked = size_of(query), position_of(query)

    def address(position: Position | None) -> str | None:
        return url_for(endpoint, **values | position.arguments(), per_page=size) if position else None

    by_key = asked.before is not None or asked.after is not None
    meta = {"page": None if by_key else asked.number, "per_page": size, "total_pages": None, "total_items": None}
    links = {"self": address(asked), "next": address(page.older), "prev": address(page.newer)}
    return Listing(page.items, meta | dict(known), links)
