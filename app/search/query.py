"""What somebody looks for, as a small tree that every engine understands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from .words import Token, entities, tokens

NOBODY = 0


class Note(Enum):
    """Something of a question that was left out of account."""

    TOO_LONG = "too long"
    TOO_MANY = "too many"
    SHORT_PREFIX = "short prefix"


class Reason(Enum):
    """Why an operator was left out of account."""

    VALUE = "value"
    NOBODY = "nobody"
    PLACE = "place"


@dataclass(frozen=True)
class Problem:
    """An operator such as `before:yesterday` that means nothing here, and why."""

    operator: str
    value: str
    reason: Reason = Reason.VALUE


@dataclass(frozen=True)
class Word:
    """A word in its uniform form, and as it was typed."""

    term: str
    typed: str = field(default="", compare=False)


@dataclass(frozen=True)
class Phrase:
    """Words one after the other."""

    terms: tuple[str, ...]
    typed: str = field(default="", compare=False)


@dataclass(frozen=True)
class Prefix:
    """Every word that begins so."""

    term: str
    typed: str = field(default="", compare=False)


@dataclass(frozen=True)
class Mark:
    """Something that a document has besides its words: `#tag`, `@name`, `has=link`, `lang=es`, `from=12`, `to=12`.

    `typed` is what was typed for a tag or a mention.
    """

    text: str
    typed: str = field(default="", compare=False)


@dataclass(frozen=True)
class Person:
    """`from:name` or `to:name`, of which an engine knows nothing until `resolved` has put a mark in its place."""

    role: str
    name: str


@dataclass(frozen=True)
class Since:
    """Written at that moment or later."""

    moment: datetime


@dataclass(frozen=True)
class Until:
    """Written before that moment."""

    moment: datetime


@dataclass(frozen=True)
class Not:
    """Everything without the part."""

    part: Part


@dataclass(frozen=True)
class Either:
    """At least one of the parts."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class All:
    """Every one of the parts."""

    parts: tuple[Part, ...]


Part = Word | Phrase | Prefix | Mark | Person | Since | Until | Not | Either | All
Span = tuple[int, int]


@dataclass(frozen=True)
class Query:
    """All of `parts`; none of them finds nothing.

    `notes` and `problems` say what was left out of account, `text` what was typed.
    """

    parts: tuple[Part, ...]
    notes: tuple[Note, ...] = ()
    text: str = field(default="", compare=False)
    problems: tuple[Problem, ...] = ()

    def leaves(self) -> Iterator[Part]:
        """The parts that something must or may have, at the ends of the tree; nothing from under a Not."""
        return (leaf for part in self.parts for leaf in _leaves(part))

    def all_leaves(self) -> Iterator[Part]:
        """Return the parts at the ends of the tree, those under a Not among them."""
        return (leaf for part in self.parts for leaf in _leaves(part.part if isinstance(part, Not) else part))

    def name_parts(self) -> list[str]:
        """What may be pieces of people's names among the words, as they were typed."""
        typed = [leaf.typed for leaf in self.leaves() if isinstance(leaf, Word | Prefix | Phrase)]
        return typed + [leaf.typed for leaf in self.leaves() if isinstance(leaf, Mark) and leaf.text[0] == "@"]

    def people(self) -> list[Person]:
        """Return each `from:name` and `to:name`, those under a Not among them."""
        return list(dict.fromkeys(person for part in self.parts for person in _people(part)))

    def names(self) -> set[str]:
        """The names in `from:name` and `to:name`, those under a Not among them."""
        return {person.name for person in self.people()}

    def resolved(self, numbers: Mapping[str, int]) -> Query:
        """With the ids of people in place of their names; whoever is not among them wrote nothing."""

        def number(part: Part) -> Part:
            return Mark(f"{part.role}={numbers.get(part.name, NOBODY)}") if isinstance(part, Person) else part

        unknown = (Problem(each.role, each.name, Reason.NOBODY) for each in self.people() if each.name not in numbers)
        parts = tuple(_mapped(part, number) for part in self.parts)
        return replace(self, parts=parts, problems=(*self.problems, *unknown))

    def highlights(self, text: str) -> list[Span]:
        """Where in a text the words stand that were looked for, in order and not overlapping."""
        leaves = set(self.leaves())
        found = [(start, end) for mark, start, end in entities(text) if mark[0] in "#@" and Mark(mark) in leaves]
        words = tokens(text)
        # Phrases fit the words as they stand, or the parts of a compound one.
        for places in (words, *(word.parts for word in words if word.parts)):
            for leaf in leaves:
                found += _spans(leaf, places)
        return _merged(found)


def _spans(leaf: Part, places: Sequence[Token]) -> Iterator[Span]:
    """Where what a leaf asks for stands among words one after the other."""
    if isinstance(leaf, Word):
        yield from ((token.start, token.end) for token in places if token.text == leaf.term)
    elif isinstance(leaf, Prefix):
        yield from ((t.start, _end_of_prefix(t.end, t.start, leaf)) for t in places if t.text.startswith(leaf.term))
    elif isinstance(leaf, Phrase):
        texts, length = tuple(token.text for token in places), len(leaf.terms)
        for first in range(len(places) - length + 1):
            if texts[first : first + length] == leaf.terms:
                yield places[first].start, places[first + length - 1].end


def _end_of_prefix(end: int, start: int, prefix: Prefix) -> int:
    # One unit of an unspaced script is looked for as the beginning of a pair, of which it alone is meant.
    return start + 1 if len(prefix.term) == 1 else end


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _leaves(part: Part) -> Iterator[Part]:
    if isinstance(part, All | Either):
        for each in part.parts:
            yield from _leaves(each)
    elif not isinstance(part, Not):
        yield part


def _people(part: Part) -> Iterator[Person]:
    if isinstance(part, Person):
        yield part
    elif isinstance(part, Not):
        yield from _people(part.part)
    elif isinstance(part, All | Either):
        for each in part.parts:
            yield from _people(each)


def _mapped(part: Part, change: Callable[[Part], Part]) -> Part:
    if isinstance(part, Not):
        return Not(_mapped(part.part, change))
    if isinstance(part, All):
        return All(tuple(_mapped(each, change) for each in part.parts))
    if isinstance(part, Either):
        return Either(tuple(_mapped(each, change) for each in part.parts))
    return change(part)
