"""Links, mentions and hashtags of a text: the one place that says where each begins and ends.

The page, the search index, the language of search and the API all ask here, so they cannot disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from .characters import FILLERS, INSIDE_WORDS, WORD, ZWJ, ZWNJ, is_uncased_letter
from .links import SCHEME, end_of_link

MAX_NAME = 64
_AT = "@\N{FULLWIDTH COMMERCIAL AT}"
_HASH = "#\N{FULLWIDTH NUMBER SIGN}\N{SMALL NUMBER SIGN}"
_QUOTE = '"\u201c\u201d\u201e'
_START = re.compile(rf"(?P<link>{SCHEME.pattern})|[{_AT}]|[{_HASH}]")
# Neither the second half of an e-mail address or of a name elsewhere, nor part of an address without a scheme.
_MENTION = re.compile(
    rf"(?<!{WORD})(?<![{_AT}/\\])(?<!\w[-+%=~&])[{_AT}](?!{SCHEME.pattern})"
    rf"(?:[{_QUOTE}](?P<quoted>[^\s/{_QUOTE}](?:[^\n\t/{_QUOTE}]{{0,{MAX_NAME - 2}}}[^\s/{_QUOTE}])?)[{_QUOTE}]"
    rf"|(?P<name>(?>(?:[.-]*(?:{WORD}|[{ZWNJ}{ZWJ}](?={WORD})))+)))(?![{_AT}]{WORD})"
)
# Names of programming languages go on after the last letter: C++17, C#.
_TAG = re.compile(
    rf"(?<!{WORD})(?<![&/{_HASH}])[{_HASH}](?!{SCHEME.pattern})"
    rf"(?P<tag>[A-Za-z]\#(?!{WORD}|[{_HASH}])"
    rf"|[^\W{FILLERS}](?>(?:{WORD}|[{INSIDE_WORDS}]+(?={WORD}))*)(?:(?<=[A-Za-z])\+\+[0-9]*(?!{WORD}|\+))?)"
)


class Kind(Enum):
    """What an entity is."""

    LINK = "link"
    MENTION = "mention"
    TAG = "tag"


@dataclass(frozen=True)
class Entity:
    """A link, mention or hashtag in a text: from `start` to before `end`. `value` is the address, name or tag."""

    kind: Kind
    start: int
    end: int
    value: str


def find_entities(text: str) -> Iterator[Entity]:
    """Yield the links, mentions and hashtags of a text in order; they don't overlap."""
    position = 0
    while match := _START.search(text, position):
        entity = _entity_at(text, match)
        position = entity.end if entity else match.end()
        if entity:
            yield entity


def whole_entity(text: str) -> Entity | None:
    """Return the entity that the whole of a text is, None if it is anything else."""
    entity = next(find_entities(text), None)
    return entity if entity and (entity.start, entity.end) == (0, len(text)) else None


def _entity_at(text: str, match: re.Match[str]) -> Entity | None:
    start = match.start()
    if match["link"]:
        end = end_of_link(text, start)
        return Entity(Kind.LINK, start, end, text[start:end]) if end else None
    return _mention_at(text, start) if text[start] in _AT else _tag_at(text, start)


def _mention_at(text: str, start: int) -> Entity | None:
    match = _MENTION.match(text, start)
    if match is None:
        return None
    if match["quoted"]:
        return Entity(Kind.MENTION, start, match.end(), match["quoted"])
    name = _name_alone(match["name"])
    return Entity(Kind.MENTION, start, start + 1 + len(name), name) if len(name) <= MAX_NAME else None


def _name_alone(word: str) -> str:
    """Return a name without the words that follow it directly in scripts without spaces or with particles."""
    if is_uncased_letter(next(filter(str.isalpha, word), "")):
        return word
    end = next((at for at, character in enumerate(word) if at and is_uncased_letter(character)), len(word))
    return word[:end].rstrip(".-")


def _tag_at(text: str, start: int) -> Entity | None:
    match = _TAG.match(text, start)
    if match is None or not any(map(str.isalpha, match["tag"])):
        return None
    return Entity(Kind.TAG, start, match.end(), match["tag"])
