"""The kinds of values that the API takes and gives, as fields of schemas: each checks, shapes and documents itself."""

from __future__ import annotations

import re
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, missing
from marshmallow.utils import get_value

from ..core.paging import LARGEST_ID, page_number, whole_number
from .avatar import gravatar
from .context import settings, site_address
from .forms import MAX_FIELD_LENGTH

Messages = dict[str, str | list[Any] | dict[Any, Any]]
# `name` is put in where the message is told, for a lazy text knows nothing of its field. Lists, because the library
# takes only what is a str for one message.
NEEDED = [_l("%(name)s is needed.")]
NOT_TEXT = [_l("%(name)s must be text.")]
TOO_LONG = [_l("%(name)s is too long.")]
NOT_A_NUMBER = [_l("%(name)s must be a positive whole number.")]
# As upstream asks for.
PICTURE_PIXELS = 128
PROSE = "As many characters as this appliance allows, counted as a reader does: 280 unless it was set up otherwise."


class Pattern:
    """A check that the whole text matches, documented as a pattern; `otherwise` is said if it does not."""

    def __init__(self, pattern: str, otherwise: Any) -> None:
        self.regex = re.compile(f"^{pattern}$", re.ASCII)
        self._otherwise = otherwise

    def __call__(self, value: str) -> str:
        # With `match` a line break at the end would pass, which JSON Schema forbids.
        if not self.regex.fullmatch(value):
            raise ValidationError([self._otherwise])
        return value


class Text(fields.String):
    """Text of at most `most` code points, measured before its validators run; None leaves that to a service."""

    def __init__(self, most: int | None = MAX_FIELD_LENGTH, **options: Any) -> None:
        messages: Messages = {"required": NEEDED, "null": NOT_TEXT, "invalid": NOT_TEXT, "invalid_utf8": NOT_TEXT}
        super().__init__(error_messages=messages | {"long": TOO_LONG}, **_described(options, maxLength=most))
        self._most = most

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> Any:
        if self._most is not None and isinstance(value, str) and len(value) > self._most:
            raise self.make_error("long")
        return super()._deserialize(value, *arguments, **options)


class Prose(Text):
    """What somebody writes: the setting and the rules of the service say how much of it."""

    def __init__(self, example: str) -> None:
        metadata = {"description": PROSE, "minLength": 1, "examples": [example]}
        super().__init__(None, required=True, metadata=metadata)


class Identifier(fields.Integer):
    """The id of something, in a body; `true`, 1.5 and "1" are none."""

    def __init__(self, **options: Any) -> None:
        messages: Messages = {"required": NEEDED, "null": NOT_A_NUMBER, "invalid": NOT_A_NUMBER}
        super().__init__(error_messages=messages, **_described(options, minimum=1, maximum=LARGEST_ID))

    def _deserialize(self, value: Any, *_arguments: Any, **_options: Any) -> int:
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        if isinstance(whole, bool) or not isinstance(whole, int) or not 1 <= whole <= LARGEST_ID:
            raise self.make_error("invalid")
        return whole


class Count(fields.Integer):
    """A positive whole number in an address; as upstream has it, anything else counts as not given."""

    def __init__(self, largest: int = LARGEST_ID, **options: Any) -> None:
        super().__init__(**_described(options, minimum=1, maximum=largest))
        self._largest = largest

    def _deserialize(self, value: Any, *_arguments: Any, **_options: Any) -> Any:
        found = whole_number(str(value), self._largest)
        return self.load_default if found is None else found


class PageNumber(Count):
    """The number of a page; one that is too large means an empty page, not the first one."""

    def _deserialize(self, value: Any, *_arguments: Any, **_options: Any) -> Any:
        return page_number(str(value))


class Moment(fields.Float):
    """Seconds since 1970 in an address; anything else counts as not given."""

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return super()._deserialize(value, *arguments, **options)
        except ValidationError:
            return self.load_default


class Address(fields.String):
    """The relative address of `endpoint`, whose arguments are read from attributes of what is shown."""

    _CHECK_ATTRIBUTE = False

    def __init__(self, endpoint: str, **arguments: str) -> None:
        super().__init__(**_described({}, format="uri-reference"))
        self._endpoint, self._arguments = endpoint, arguments

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_options: Any) -> str:
        values: dict[str, Any] = {name: get_value(obj, path) for name, path in self._arguments.items()}
        return url_for(self._endpoint, **values)


class Picture(fields.String):
    """The absolute address of the picture of an account: what is shown, or the attribute of it that is named."""

    _CHECK_ATTRIBUTE = False

    def __init__(self, account: str = "") -> None:
        super().__init__(**_described({}, format="uri"))
        self._account = account

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_options: Any) -> str:
        account: Any = get_value(obj, self._account) if self._account else obj
        if settings().avatars == "gravatar":
            return gravatar(account.email, PICTURE_PIXELS)
        return site_address() + url_for("posts.avatar", username=account.username)


class Part(fields.Nested):
    """A part of an answer that is made from the same object as the whole, such as its links."""

    def get_value(self, obj: Any, *_arguments: Any, **_options: Any) -> Any:
        """The object itself."""
        return obj if obj is not None else missing


def _described(options: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Options of a field with more in what the document says of it."""
    known = {name: value for name, value in values.items() if value is not None}
    return options | {"metadata": known | options.get("metadata", {})}
