"""A post's text as HTML: escaped, with its links, mentions and hashtags made to work."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
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


def render_body(
    body: str,
    profile_url: Callable[[str], str],
    tag_url: Callable[[str], str],
    highlights: Sequence[tuple[int, int]] = (),
) -> Markup:
    """Safe HTML of a text; the two functions make the addresses of a profile and of a hashtag's search.

    `highlights` says from where to where the text is marked, in order and not overlapping.
    """
    text = _Text(body, highlights)
    parts: list[Markup] = []
    position = 0
    for match in ENTITY.finditer(body):
        start, whole = match.start(), match.group()
        if match["link"]:
            whole = _without_trailing(whole)
            piece = _link(whole, start, text)
        elif match["name"]:
            shown = text.html(start, match.end())
            piece = Markup('<a class="mention" href="{}" data-card>{}</a>').format(profile_url(match["name"]), shown)
        else:
            shown = text.html(start, match.end())
            piece = Markup('<a class="hashtag" href="{}">{}</a>').format(tag_url(match["tag"]), shown)
        parts += [text.html(position, start), piece]
        position = start + len(whole)
    parts.append(text.html(position, len(body)))
    return Markup("").join(parts)


class _Text:
    """A text whose pieces can be had as HTML, with what is highlighted in them marked."""

    def __init__(self, text: str, highlights: Sequence[tuple[int, int]]) -> None:
        self._text = text
        self._highlights = highlights

    def html(self, start: int, end: int) -> Markup:
        """The piece from `start` to before `end`."""
        parts: list[Markup] = []
        position = start
        for first, last in self._highlights:
            first, last = max(first, start), min(last, end)
            if first < last:
                marked = Markup("<mark>{}</mark>").format(_lines(self._text[first:last]))
                parts += [_lines(self._text[position:first]), marked]
                position = last
        return Markup("").join([*parts, _lines(self._text[position:end])])


def _lines(text: str) -> Markup:
    return Markup("<br>\n").join(escape(line) for line in text.split("\n"))


def _without_trailing(link: str) -> str:
    """A link without the punctuation of the sentence around it; a closing bracket stays if its opening is inside."""
    while link and (link[-1] in TRAILING or (link[-1] in PAIRS and link.count(link[-1]) > link.count(PAIRS[link[-1]]))):
        link = link[:-1]
    return link


def _link(link: str, start: int, text: _Text) -> Markup:
    try:
        host = urlsplit(link).hostname
    except ValueError:
        host = None
    if not host:
        return text.html(start, start + len(link))
    first = link.index("://") + len("://")
    shown = link[first:].removesuffix("/")
    fits = len(shown) <= LONGEST_SHOWN
    length = len(shown) if fits else LONGEST_SHOWN - 1
    shortened = text.html(start + first, start + first + length) + ("" if fits else "…")
    return Markup('<a href="{}" rel="nofollow noopener ugc" title="{}">{}</a>').format(link, link, shortened)
