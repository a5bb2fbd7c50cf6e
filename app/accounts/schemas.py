"""An account in short, as it stands in what somebody wrote."""

from __future__ import annotations

from marshmallow import fields

from ..web.fields import Address, Part, Picture
from ..web.schemas import Shape


class AccountLinks(Shape):
    """Where to find out more."""

    self = Address("people.show", user_id="id")
    avatar = Picture()


class AccountShape(Shape):
    """An account in short."""

    id = fields.Integer(metadata={"examples": [2]})
    username = fields.String(metadata={"examples": ["bob"]})
    _links = Part(AccountLinks)
