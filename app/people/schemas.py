"""Accounts as programs see, make and change them, with upstream's names."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from ..accounts.models import ABOUT_LENGTH, EMAIL_LENGTH, LONGEST_PASSWORD, SHORTEST_PASSWORD
from ..accounts.names import NAME_RULE, USERNAME
from ..core.paging import LARGEST_ID
from ..core.text import CODE_POINTS_PER_CHARACTER
from ..web.fields import Address, Count, Part, Pattern, Picture, Text
from ..web.schemas import Body, PageMeta, PageQuery, Shape, list_of

MAX_ABOUT = ABOUT_LENGTH * CODE_POINTS_PER_CHARACTER
ABOUT = {"description": "At most 140 characters, as a reader counts them.", "examples": ["I grow apples."]}
EMAIL = {"description": "An e-mail address.", "examples": ["dora@example.org"]}
USERNAME_RULE = Pattern(USERNAME.pattern, _l(NAME_RULE))


class PeopleQuery(PageQuery):
    """Which part of a list of accounts, oldest first; a key goes before a number."""

    after = Count(LARGEST_ID, metadata={"description": "Those made after the one with this id: the next page."})
    before = Count(LARGEST_ID, metadata={"description": "Those made before the one with this id: the previous page."})


class UserLinks(Shape):
    """Where to find out more; only the picture's address is absolute."""

    self = Address("people.show", user_id="user.id")
    followers = Address("people.followers", user_id="user.id")
    following = Address("people.following", user_id="user.id")
    avatar = Picture("user")


class UserShape(Shape):
    """An account. Its e-mail address is never shown."""

    id = fields.Integer(attribute="user.id", metadata={"examples": [2]})
    username = fields.String(attribute="user.username", metadata={"examples": ["bob"]})
    last_seen = fields.AwareDateTime(attribute="user.last_seen")
    about_me = fields.String(attribute="user.about_me", metadata={"examples": ["I grow apples."]})
    post_count = fields.Integer()
    follower_count = fields.Integer()
    following_count = fields.Integer()
    _links = Part(UserLinks)


UserList = list_of(UserShape, PageMeta)


class NewUser(Body):
    """Somebody who is to have an account."""

    username = Text(required=True, validate=USERNAME_RULE, metadata={"examples": ["dora"]})
    email = Text(EMAIL_LENGTH, required=True, metadata=EMAIL)
    password = Text(
        # Its rule measures it first, and says how much fits.
        None,
        required=True,
        metadata={"minLength": SHORTEST_PASSWORD, "maxLength": LONGEST_PASSWORD, "examples": ["four words are good"]},
    )
    about_me = Text(MAX_ABOUT, load_default="", metadata=ABOUT)


class ChangedUser(Body):
    """What is to be different from now on; what is left out stays."""

    username = Text(validate=USERNAME_RULE, metadata={"examples": ["dora"]})
    email = Text(EMAIL_LENGTH, metadata=EMAIL)
    about_me = Text(MAX_ABOUT, metadata=ABOUT)


class StandingShape(Shape):
    """Whether you follow somebody, and how many do."""

    is_following = fields.Boolean()
    follower_count = fields.Integer()
    following_count = fields.Integer()
