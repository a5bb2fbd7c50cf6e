"""The language of questions, parsed into a tree.

Words (all must be there), "a phrase", -not, OR, prefix*, #tag, @name, from: and to: a name or `me`, lang:es,
before:2026-11-01, after:2026-11-01, has:link. Whatever else there is counts as words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from ..core.entities import Kind, whole_entity
from ..core.text import normalize
from ..core.time import start_of_day
from ..core.translator_settings import DETECTABLE
from .query import All, Either, Mark, Not, Note, Part, Person, Phrase, Prefix, Problem, Query, Since, Until, Word
from .words import Token, mark_of, tokens

LONGEST_QUERY = 500
MOST_PARTS = 12
MOST_IN_PHRASE = 24
SHORTEST_PREFIX = 2
_ITEM = re.compile(
    r'(?P<minus>-?)(?:(?P<name>@"[^"]+")|(?:(?P<role>from|to):(?="))?"(?P<phrase>[^"]*)"?|(?P<plain>[^\s"]+))',
    re.IGNORECASE,
)
_OPERATOR = re.compile(r"(?P<name>from|to|lang|before|after|has):(?P<value>.+)", re.IGNORECASE | re.DOTALL)
# These hold for all that is found: OR between them and something else is not heard.
_NO_CHOICE = (Not, Since, Until)
# Those that the detector knows, and Chinese whatever its script.
LANGUAGES = frozenset(DETECTABLE) | {code.partition("-")[0] for code in DETECTABLE}
# What people type for a plain quotation mark, and full-width forms of what the language is made of.
_UNIFORM = str.maketrans(
    dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\uff02\u300c\u300d", '"')
    | {code: chr(code - 0xFEE0) for code in map(ord, "\uff03\uff20\uff0d\uff0a\uff1a")}
)


def parse(text: str, zone: str = "UTC") -> Query:
    """What somebody typed, with days as they are in `zone`. Never an error, and never more than the limits allow."""
    notes: list[Note] = [Note.TOO_LONG] if len(text) > LONGEST_QUERY else []
    uniform = normalize(text[:LONGEST_QUERY].translate(_UNIFORM))
    parts: list[Part] = []
    problems: list[Problem] = []
    joined = False
    for match in _ITEM.finditer(uniform):
        if match["plain"] == "OR" and not match["minus"]:
            joined = bool(parts)
            continue
        for part in _item(match, zone, notes, problems):
            _add(parts, part, joined=joined)
            joined = False
    if len(parts) > MOST_PARTS:
        notes.append(Note.TOO_MANY)
    left_out = tuple(dict.fromkeys(problems))[:MOST_PARTS]
    return Query(tuple(parts[:MOST_PARTS]), tuple(dict.fromkeys(notes)), text[:LONGEST_QUERY], left_out)


def _add(parts: list[Part], part: Part, *, joined: bool) -> None:
    """Add a part, or let it be another choice beside the last one, where either can be a choice."""
    if joined and not isinstance(part, _NO_CHOICE) and not isinstance(parts[-1], _NO_CHOICE):
        last = parts.pop()
        choices = last.parts if isinstance(last, Either) else (last,)
        part = Either(tuple(dict.fromkeys((*choices, part)))[:MOST_PARTS])
    if part not in parts:
        parts.append(part)


def _item(match: re.Match[str], zone: str, notes: list[Note], problems: list[Problem]) -> Iterator[Part]:
    """The part that an item asks for, if it asks for anything."""
    if match["role"] and match["phrase"].strip():
        parts: list[Part] = [Person(match["role"].lower(), " ".join(match["phrase"].lower().split()))]
    elif match["phrase"] is not None:
        parts = list(_words(match["phrase"], notes))
    else:
        parts = list(_plain(match["name"] or match["plain"] or "", zone, notes, problems))
    if parts:
        whole = parts[0] if len(parts) == 1 else All(tuple(parts))
        yield _opposite(whole) if match["minus"] else whole


def _opposite(part: Part) -> Part:
    """Everything else; so times stand only where they hold for all that is found."""
    if isinstance(part, Since):
        return Until(part.moment)
    return Since(part.moment) if isinstance(part, Until) else Not(part)


def _plain(text: str, zone: str, notes: list[Note], problems: list[Problem]) -> Iterator[Part]:
    operator = _OPERATOR.fullmatch(text)
    part = _operation(operator["name"].lower(), operator["value"], zone) if operator else _entity(text)
    if part:
        yield part
    elif operator:
        problems.append(Problem(operator["name"].lower(), operator["value"]))
    elif text.endswith("*"):
        yield from _prefix(text, notes)
    else:
        yield from _words(text, notes)


def _operation(name: str, value: str, zone: str) -> Part | None:
    """The filter that `name:value` is, None if there is no such value."""
    if name in ("from", "to"):
        return Person(name, value.removeprefix("@").lower()) if value != "@" else None
    if name == "lang":
        code, primary = value.lower(), value.lower().partition("-")[0]
        return Mark(f"lang={code if code in LANGUAGES else primary}") if primary in LANGUAGES else None
    if name == "has":
        return Mark("has=link") if value.lower() in ("link", "links") else None
    try:
        day = date.fromisoformat(value)
        # Neither has the day itself.
        moment = start_of_day(day if name == "before" else day + timedelta(days=1), zone)
    except (ValueError, OverflowError):
        return None
    return Until(moment) if name == "before" else Since(moment)


def _entity(text: str) -> Part | None:
    """The tag or the name that the whole of a text is."""
    entity = whole_entity(text)
    if entity is None or entity.kind is Kind.LINK:
        return None
    return Mark(mark_of(entity), text)


def _prefix(text: str, notes: list[Note]) -> Iterator[Part]:
    found = tokens(text)
    if not found or found[-1].alone or any(character.isspace() for character in text):
        # Words of unspaced scripts are found by any part of them anyway.
        yield from _words(text, notes)
        return
    last = found[-1]
    yield from _words(text[: last.start], notes)
    if len(last.text) < SHORTEST_PREFIX:
        notes.append(Note.SHORT_PREFIX)
        yield Word(last.text, text[last.start : last.end])
    else:
        yield Prefix(last.text, text[last.start : last.end])


def _word(token: Token, typed: str) -> Part:
    """The word as a whole; or, of a compound one, its parts in their order."""
    whole, parts = Word(token.text, typed), tuple(part.text for part in token.parts)
    # Single letters stand side by side for other reasons: "i phone".
    if not parts or min(map(len, parts)) == 1:
        return whole
    return Either((whole, Phrase(parts, typed)))


def _words(text: str, notes: list[Note]) -> Iterator[Part]:
    """One word, or several one after the other."""
    found = tokens(text)
    tail = None
    if found and found[-1].alone:
        # The last unit of a run is covered by the pair before it; a run of one has none, and begins a token.
        tail = found.pop()
        if found and found[-1].end == tail.end:
            tail = None
    terms = tuple(token.text for token in found[:MOST_IN_PHRASE])
    if len(found) > MOST_IN_PHRASE:
        notes.append(Note.TOO_MANY)
    if len(terms) == 1:
        yield _word(found[0], text[found[0].start : found[0].end])
    elif terms:
        yield Phrase(terms, text.strip())
    if tail:
        yield Prefix(tail.text, text[tail.start : tail.end])
