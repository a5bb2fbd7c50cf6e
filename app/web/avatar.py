"""A picture of a name: its first letters on a colour that the name decides; or, if so set, Gravatar's of an address."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from markupsafe import Markup

# White on each is at least 4.5 to 1; static/css/avatar.css has the same ones (tests/web/test_avatar.py).
COLOURS = (
    "#9c2f4b", "#a03a1f", "#8a5212", "#6b6410", "#3f6d1c", "#17703d",
    "#0f6a66", "#14638a", "#2b5bb0", "#4f4cb8", "#7440a8", "#92337f",
)  # fmt: skip
PICTURE = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="256" height="256" role="img">'
    '<title>{name}</title><rect width="64" height="64" rx="32" fill="{colour}"/>'
    '<text x="32" y="32" dy="0.35em" fill="#ffffff" font-family="system-ui, sans-serif" font-size="26"'
    ' font-weight="600" text-anchor="middle">{letters}</text></svg>\n'
)


GRAVATAR = "https://gravatar.com"
NAMES_KEPT = 512


def gravatar(email: str, size: int) -> str:
    """Where Gravatar has the picture of an address, `size` pixels wide; a pattern where it has none.

    The address is given away as its SHA-256 only: https://docs.gravatar.com/rest/hash/
    """
    digest = sha256(email.strip().lower().encode()).hexdigest()
    return f"{GRAVATAR}/avatar/{digest}?s={size}&d=identicon"


@lru_cache(maxsize=NAMES_KEPT)
def initials(username: str) -> str:
    """One or two letters that stand for a name in its picture."""
    words = [word for word in username.replace(".", " ").replace("-", " ").replace("_", " ").split() if word]
    letters = "".join(word[0] for word in words[:2]) if len(words) > 1 else username[:1]
    return letters.upper() or "?"


@lru_cache(maxsize=NAMES_KEPT)
def hue(username: str) -> int:
    """Which of the COLOURS a name has; the same for every spelling in case."""
    return sha256(username.lower().encode()).digest()[0] % len(COLOURS)


def picture(username: str) -> str:
    """The picture as an SVG document."""
    return str(PICTURE.format(name=username, colour=COLOURS[hue(username)], letters=initials(username)))
