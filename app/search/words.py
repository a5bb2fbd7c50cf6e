"""Text to words, tags and mentions: the one place that says what counts as a word, for every engine alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..core.entities import Entity, Kind, find_entities
from .folding import NO_WORD, SYMBOL, UNIT, case_of, clusters, fold, fold_cluster

# To be raised with every change of what a word is: an index with other words is rebuilt, whatever the engine.
WORDS_VERSION = 3
LONGEST_WORD = 64
# Stands in an index between the words of a text and the parts of its compound words; no query holds it.
SEPARATOR = "="
_ASCII_RUN = re.compile(r"[A-Za-z0-9_]+")
_CASES = str.maketrans(
    dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "U")
    | dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "l")
    | dict.fromkeys("0123456789", "d")
)
# Where the parts of a compound word meet, in the letters of `case_of`: get|User, HTML|Parser, Base64|Encoder, a|_|b.
# Neither in PDFs nor in C3PO: an upper-case letter begins a part after others only with two lower-case ones behind it.
_JOINT = re.compile("(?<=l)(?=U)|(?<=U)(?=Ull)|(?<=d)(?=Ul)|_+")
# What a name (`@"user name"`) or a tag (`#C++`) may hold besides the characters of a term of the index.
_SIGN = re.compile(r"[\s!-,/:-@\[-^`{-~]")
_TAG_SIGN = re.compile(r"([+#])")


@dataclass(frozen=True)
class Token:
    """A word in its uniform form, where it stands in the text, and whether it is one unit of an unspaced script.

    A run of n such units gives n tokens: n - 1 pairs and, last, the final unit `alone`. So each part of two units or
    more is a phrase of pairs, and each single unit is the beginning of a token. A compound word (`my_name`, `getName`)
    has `parts`, which are found as well.
    """

    text: str
    start: int
    end: int
    alone: bool = False
    parts: tuple[Token, ...] = ()


def tokens(text: str) -> list[Token]:
    """The words of a text in order, regardless of case, accents, character width and invisible characters."""
    return list(_ascii_tokens(text) if text.isascii() else _tokens(text))


def words_of(text: str) -> list[str]:
    """Return the words of a text, then those that its compound words are made of, so that phrases of either fit."""
    found = tokens(text)
    words = [token.text for token in found]
    for parts in dict.fromkeys(tuple(part.text for part in token.parts) for token in found if token.parts):
        words += [SEPARATOR, *parts]
    return words


def marks_of(text: str) -> set[str]:
    """What a text has besides words: `#tag` and `@name` in uniform form, and `has=link`."""
    return {mark for mark, _, _ in entities(text)}


def entities(text: str) -> Iterator[tuple[str, int, int]]:
    """The tags, mentions and links of a text as marks, with their places."""
    for entity in find_entities(text):
        yield mark_of(entity), entity.start, entity.end


def mark_of(entity: Entity) -> str:
    """Return the term under which a tag, mention or link is in the index; it holds no white space."""
    if entity.kind is Kind.LINK:
        return "has=link"
    if entity.kind is Kind.MENTION:
        return f"@{_SIGN.sub(_encoded, entity.value.lower())}"
    pieces = (
        _SIGN.sub(_encoded, piece) if _SIGN.match(piece) else fold(piece) for piece in _TAG_SIGN.split(entity.value)
    )
    return f"#{''.join(pieces) or entity.value}"


def _encoded(sign: re.Match[str]) -> str:
    # Engines divide marks at white space, and some at every sign that the marks of other things don't have.
    return f"={ord(sign.group()):x}"


def _ascii_tokens(text: str) -> Iterator[Token]:
    for match in _ASCII_RUN.finditer(text):
        places = range(match.start(), match.end() + 1)
        yield from _word(list(match.group().lower()), match.group().translate(_CASES), places)


def _tokens(text: str) -> Iterator[Token]:
    run: list[tuple[str, int, int]] = []
    kind_of_run = NO_WORD
    for start, end in clusters(text):
        folded, kind = fold_cluster(text[start:end])
        if kind != kind_of_run or kind == SYMBOL:
            yield from _tokens_of_run(text, run, kind_of_run)
            run, kind_of_run = [], kind
        run.append((folded, start, end))
    yield from _tokens_of_run(text, run, kind_of_run)


def _tokens_of_run(text: str, run: list[tuple[str, int, int]], kind: int) -> Iterator[Token]:
    if kind == NO_WORD or not run:
        return
    if kind == SYMBOL:
        yield Token(*run[0])
        return
    if kind != UNIT:
        cases = "".join("_" if folded == "_" else case_of(text[start]) for folded, start, _ in run)
        yield from _word([folded for folded, _, _ in run], cases, [*(start for _, start, _ in run), run[-1][2]])
        return
    for (first, start, _), (second, _, end) in pairwise(run):
        yield Token(first + second, start, end)
    yield Token(*run[-1], alone=True)


def _word(letters: Sequence[str], cases: str, places: Sequence[int]) -> Iterator[Token]:
    """The word of these uniform letters, unless all are `_`, which counts only between others."""
    first, last = len(cases) - len(cases.lstrip("_")), len(cases.rstrip("_"))
    if first >= last:
        return

    def token(start: int, end: int, parts: tuple[Token, ...] = ()) -> Token:
        return Token("".join(letters[start:end])[:LONGEST_WORD], places[start], places[end], parts=parts)

    joints = list(_JOINT.finditer(cases, first, last))
    starts, ends = [first, *(joint.end() for joint in joints)], [*(joint.start() for joint in joints), last]
    parts = tuple(map(token, starts, ends)) if joints else ()
    yield token(first, last, parts)
