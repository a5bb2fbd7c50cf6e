"""Values of the old database as this one has them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from email_validator import EmailNotValidError, validate_email

from ..accounts.models import EMAIL_LENGTH
from ..core.text import printable, uniform_text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Wider than the rule for new addresses, which knows no `root@pi.local`, but never more than one address.
ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")
LANGUAGE = re.compile(r"[a-z]{2}(-[a-z]{2})?")
LONGEST_SHOWN = 80


def plain(value: object) -> str:
    """What stands in a column of text, nothing for NULL; SQLite may have anything there."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def text_of(value: object) -> tuple[str, bool]:
    """A text in the shape that all texts have here, of any length, and whether something went that cannot be shown."""
    text = plain(value)
    # Most have nothing of the kind, and to ask that of a whole text is a hundred times quicker.
    if text.isprintable():
        return uniform_text(text, lines=True), False
    broken = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = printable(broken)
    return uniform_text(kept, lines=True), len(kept) != len(broken)


def moment_of(value: object) -> datetime | None:
    """A time, which upstream stores in UTC without saying so; None if there is none or it cannot be read."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        return None


def address_of(value: object) -> str | None:
    """An e-mail address as it is stored here, None if no letter could be sent there."""
    text = plain(value).strip()
    if len(text) > EMAIL_LENGTH:
        return None
    try:
        text = validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        if not ADDRESS.fullmatch(text) or not text.isprintable():
            return None
    return text if len(text) <= EMAIL_LENGTH and len(text.lower()) <= EMAIL_LENGTH else None


def language_of(value: object) -> str | None:
    """The language of a post; None where upstream's library, which ours is too, was not certain of one."""
    return value if isinstance(value, str) and LANGUAGE.fullmatch(value) else None


def in_report(text: str) -> str:
    """A text as a line can show it: quoted, what cannot be seen written out."""
    return repr(text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…")
