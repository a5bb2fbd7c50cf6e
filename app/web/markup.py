"""A post's text as HTML: escaped, with its links, mentions and hashtags made to work."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from markupsafe import Markup, escape

ENTITY = re.compile(
    r"(?P<link>https?://[^\s<>\"\u200b]+)"
    r"|(?<![\w/@.])@(?P<name>[A-Za-z0-9_.-]{0,63}[A-Za-z0-9_-])"
    r"|(?<![\w&/#])\#(?P<tag>\w*[^\W\d]\w*)"
)
TRAILING = (
    ".,;:!?'\"*_\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}\N{HORIZONTAL ELLIPSIS}"
)
PAIRS = {")": "(", "]": "[", "}": "{"}
LONGEST_SHOWN = 60


def render_body(body: str, profile_url: Callable[[str], str], tag_url: Callable[[str], str]) -> Markup:
    """Safe HTML of a text; the two functions make the addresses of a profile and of a hashtag's search."""
    parts: list[Markup] = []
    position = 0
    for match in ENTITY.finditer(body):
        whole = match.group()
        if match["link"]:
            whole = _without_trailing(whole)
            piece = _link(whole)
        elif match["name"]:
            piece = Markup('<a class="mention" href="{}" data-card>{}</a>').format(profile_url(match["name"]), whole)
        else:
            piece = Markup('<a class="hashtag" href="{}">{}</a>').format(tag_url(match["tag"]), whole)
        parts += [_plain(body[position : match.start()]), piece]
        position = match.start() + len(whole)
    parts.append(_plain(body[position:]))
    return Markup("").join(parts)


def _plain(text: str) -> Markup:
    return Markup("<br>\n").join(escape(line) for line in text.split("\n"))


def _without_trailing(link: str) -> str:
    """A link without the punctuation of the sentence around it; a closing bracket stays if its opening is inside."""
    while link and (link[-1] in TRAILING or (link[-1] in PAIRS and link.count(link[-1]) > link.count(PAIRS[link[-1]]))):
        link = link[:-1]
    return link


def _link(link: str) -> Markup:
    try:
        host = urlsplit(link).hostname
    except ValueError:
        host = None
    if not host:
        return escape(link)
    shown = link.split("://", 1)[1].removesuffix("/")
    shortened = shown if len(shown) <= LONGEST_SHOWN else shown[: LONGEST_SHOWN - 1] + "…"
    return Markup('<a href="{}" rel="nofollow noopener ugc" title="{}">{}</a>').format(link, link, shortened)
