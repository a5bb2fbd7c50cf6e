"""Which passwords somebody may choose: by length, not by kinds of characters, and none that is guessed first."""

from __future__ import annotations

import gzip
from pathlib import Path

from ..core.errors import Invalid, mark
from ..core.text import normalize, refuse_unprintable
from .models import LONGEST_PASSWORD, SHORTEST_PASSWORD

# The most frequent ones of at least eight characters, in lower case; from Django (BSD), collected by Royce Williams.
COMMON = Path(__file__).with_name("common_passwords.txt.gz")
SITE = "microblog"
SHORTEST_WORD = 3
# What must be left of a password once the owner's own words are taken out of it.
SHORTEST_REST = 4
TOO_COMMON = mark("Many people use this password, so it is among the first that are tried. Take a few words in a row.")
OWN_WORDS = mark("This is little more than your name, your address or the name of this site. Take a few other words.")


def checked_password(password: str, *own: str) -> str:
    """The password, unchanged; raises Invalid, which says what to do instead.

    `own` is what others know of its owner, such as name and address.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid(mark("Use at least %(limit)d characters."), "password", limit=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise Invalid(mark("Use at most %(limit)d characters."), "password", limit=LONGEST_PASSWORD)
    refuse_unprintable(password, "password")
    if _is_common(password):
        raise Invalid(TOO_COMMON, "password")
    if _is_own(password, own):
        raise Invalid(OWN_WORDS, "password")
    return password


def _is_common(password: str) -> bool:
    folded = normalize(password, "NFKC").lower()
    if len(set(folded)) == 1:
        return True
    # Read each time: choosing a password is rare, and the list in memory would cost every process a megabyte.
    with gzip.open(COMMON, "rt", encoding="utf-8") as lines:
        return any(line.rstrip("\n") == folded for line in lines)


def _is_own(password: str, own: tuple[str, ...]) -> bool:
    words = {SITE}
    for each in own:
        words |= {each.lower().strip(), *each.lower().strip().split("@")}
    rest = normalize(password, "NFKC").lower()
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= SHORTEST_WORD:
            rest = rest.replace(word, "")
    return len(rest) < SHORTEST_REST
