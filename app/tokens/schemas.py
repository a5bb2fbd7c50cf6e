"""A token as a program gets it."""

from __future__ import annotations

from marshmallow import fields

from ..web.schemas import Shape


class TokenShape(Shape):
    """What to show in each request; it is told this once."""

    token = fields.String(metadata={"examples": ["0123456789abcdef0123456789abcdef"]})
