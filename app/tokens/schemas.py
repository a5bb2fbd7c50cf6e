"""A token as a program gets it, and what it shows for it."""

from __future__ import annotations

from marshmallow import fields

from ..web.fields import Text
from ..web.schemas import Body, Shape

CODE_HEADER = "Second-Factor-Code"


class SecondFactorCode(Body):
    """The code of a second factor; an account without one needs none."""

    code = Text(
        data_key=CODE_HEADER,
        metadata={
            "description": "For an account with a second factor: the code that its app shows now, or a recovery code."
        },
    )


class TokenShape(Shape):
    """What to show in each request; it is told this once."""

    token = fields.String(metadata={"examples": ["0123456789abcdef0123456789abcdef"]})
