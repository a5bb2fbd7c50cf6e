"""Which names an account may have: new ones, and those that an import brings."""

from __future__ import annotations

import re
import unicodedata

from ..core.errors import Invalid, NotFound, mark
from ..core.names import name_key
from ..core.text import REPLACEMENT, is_unprintable
from .models import USERNAME_LENGTH

# What ends with a dot or a dash would lose it as a mention: there it belongs to the sentence.
USERNAME = re.compile(r"[A-Za-z0-9_.-]{0,63}[A-Za-z0-9_]", re.ASCII)
# These would be taken for a place in the address bar, not for a person.
RESERVED = frozenset({".", ".."})
# Names by which people would take somebody for who runs the site; administrators may have them.
_STAFF = """
    abuse admin administration administrator admins hostmaster info mail mod moderation moderator moderators mods
    noreply official owner postmaster root security staff superuser support sysadmin system team webmaster
    microblog
"""
STAFF_NAMES = frozenset(_STAFF.split())
# Names that mean something else here, in searches (`from:me`), mentions, links or programs; nobody may have them.
_OTHERS = """
    all anonymous anybody anyone api auth channel deleted everybody everyone explore export follow followers
    following guest help here home index invite login logout me messages myself nobody none notifications null
    register search self setup somebody someone static trust undefined unknown user username
"""
OTHER_NAMES = frozenset(_OTHERS.split())
SEPARATORS = re.compile("[._-]")
NAME_RULE = mark(
    "Use 1 to 64 letters (A to Z), digits, dots, dashes or underscores. The last one must not be a dot or a dash."
)
NAME_RESERVED = mark("This name is reserved. Choose another.")
NAME_TAKEN = mark("This name is taken. Choose another.")


def checked_username(username: str, *, is_admin: bool = False) -> str:
    """The name as it will be stored; raises Invalid. An administrator may be called so, too (`admin`)."""
    name = username.strip()
    if not USERNAME.fullmatch(name):
        raise Invalid(NAME_RULE, "username")
    if _is_reserved(name, is_admin=is_admin):
        raise Invalid(NAME_RESERVED, "username")
    return name


def checked_administrator_name(username: str) -> str:
    """The name of an administrator as it will be stored; raises Invalid."""
    return checked_username(username, is_admin=True)


def _is_reserved(name: str, *, is_admin: bool) -> bool:
    """Whether a new account may not have that name, however it is divided: `Admin`, `ad.min` and `_admin` are one."""
    plain = SEPARATORS.sub("", name.lower())
    return plain in OTHER_NAMES or (plain in STAFF_NAMES and not is_admin)


def can_be_called(name: str) -> bool:
    """Whether an account may have that name: wider than the rule for new names, for those that were brought along."""
    fits = len(name) <= USERNAME_LENGTH and 0 < len(name_key(name)) <= USERNAME_LENGTH
    return fits and name not in RESERVED and name == name.strip() and all(map(can_stand_in_name, name))


def can_stand_in_name(character: str) -> bool:
    """Whether it can be shown on one line and works in the address of a page."""
    if is_unprintable(character) or character in ("/", REPLACEMENT):
        return False
    # Line breaks, and code points that are no characters, which no picture (XML) may hold.
    return (
        unicodedata.category(character) not in ("Zl", "Zp") and character not in "\n\t" and not _is_nothing(character)
    )


def _is_nothing(character: str) -> bool:
    return ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF


def possible_name(username: str) -> str:
    """The name, if somebody could have it; raises NotFound otherwise."""
    if not can_be_called(username):
        raise NotFound
    return username
