"""A post's text as HTML: escaped, with its links, mentions and hashtags made to work."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup, escape
from wcwidth import iter_graphemes

from ..core.entities import Entity, Kind, find_entities

LONGEST_SHOWN = 60
# A text of more lines is folded in lists; a line is as wide as they are on a large screen.
MAX_LINES = 16
CHARACTERS_PER_LINE = 65


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
    for entity in find_entities(body):
        shown = text.html(entity.start, entity.end)
        if entity.kind is Kind.LINK:
            piece = _link(entity, text)
        elif entity.kind is Kind.MENTION:
            piece = Markup('<a class="mention" href="{}" data-card>{}</a>').format(profile_url(entity.value), shown)
        else:
            piece = Markup('<a class="hashtag" href="{}">{}</a>').format(tag_url(entity.value), shown)
        parts += [text.html(position, entity.start), piece]
        position = entity.end
    parts.append(text.html(position, len(body)))
    return Markup("").join(parts)


def is_long(text: str) -> bool:
    """Return whether a text is so high that lists should show its beginning alone."""
    if len(text) <= MAX_LINES:
        return False
    return sum(1 + len(line) // CHARACTERS_PER_LINE for line in text.split("\n")) > MAX_LINES


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
    # The style sheet shows white space as it is and hides the element, which is for readers without the style sheet.
    return Markup("<br>\n").join(escape(line) for line in text.split("\n"))


def _link(entity: Entity, text: _Text) -> Markup:
    address = entity.value
    first = address.index("://") + len("://")
    shown = address[first:].removesuffix("/")
    fits = len(shown) <= LONGEST_SHOWN
    length = len(shown) if fits else _length_of_characters(shown, LONGEST_SHOWN - 1)
    start = entity.start + first
    shortened = text.html(start, start + length) + ("" if fits else "…")
    return Markup('<a href="{}" rel="nofollow noopener ugc" title="{}">{}</a>').format(address, address, shortened)


def _length_of_characters(text: str, limit: int) -> int:
    """Return how much of `text` is at most `limit` long and ends between two characters of a reader."""
    length = 0
    for character in iter_graphemes(text):
        if length + len(character) > limit:
            break
        length += len(character)
    return length or limit
