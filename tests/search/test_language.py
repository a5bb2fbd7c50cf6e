"""The language of questions: what is read from them, that nothing breaks it, and that the limits hold."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.search.language import LONGEST_QUERY, MOST_IN_PHRASE, MOST_PARTS, parse
from app.search.query import (
    All,
    Either,
    Mark,
    Not,
    Note,
    Part,
    Person,
    Phrase,
    Prefix,
    Problem,
    Query,
    Reason,
    Since,
    Until,
    Word,
)

SECOND_OF_NOVEMBER = datetime(2026, 11, 2, tzinfo=UTC)
PIECES = [
    *(
        "word",
        "Caf\u00e9",
        '"',
        "-",
        "OR",
        "*",
        "#",
        "@",
        ":",
        "from:",
        "to:me",
        "lang:es",
        "before:2026-11-02",
        "after:",
    ),
    *("has:link", "\u6771\u4eac", "\u30bf\u30ef\u30fc", "\u0301", "\0", "\ud800", "\u202e", "\U0001f600", "(", ")"),
    *("\\", "'", "%", "_", "\u3000", " ", " ", " ", "\n", "x" * 200, "https://example.org/a?b=c", "\uff23\uff4f"),
    *("\u201c", "1", "AND", "NOT", "~", "^", "?", "/", "=", "2026-11-02", "9999-12-31", "0001-01-01"),
]


def leaves(part: Part) -> Iterator[Part]:
    if isinstance(part, Not):
        yield from leaves(part.part)
    elif isinstance(part, All | Either):
        for each in part.parts:
            yield from leaves(each)
    else:
        yield part


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("harbour", (Word("harbour"),)),
        ("Caf\u00e9 CAFE", (Word("cafe"),)),
        ("two words", (Word("two"), Word("words"))),
        ("don't", (Phrase(("don", "t")),)),
        ('"a phrase"', (Phrase(("a", "phrase")),)),
        ('"single"', (Word("single"),)),
        ('"never closed', (Phrase(("never", "closed")),)),
        ('a"b c"', (Word("a"), Phrase(("b", "c")))),
        ('""', ()),
        ("-not", (Not(Word("not")),)),
        ('-"a phrase"', (Not(Phrase(("a", "phrase"))),)),
        ("well-known", (Phrase(("well", "known")),)),
        ("-", ()),
        ("a OR b", (Either((Word("a"), Word("b"))),)),
        ("a b OR c d", (Word("a"), Either((Word("b"), Word("c"))), Word("d"))),
        ("a OR b OR c", (Either((Word("a"), Word("b"), Word("c"))),)),
        ("OR a OR", (Word("a"),)),
        ("a OR -b", (Word("a"), Not(Word("b")))),
        ("a or b", (Word("a"), Word("or"), Word("b"))),
        ("har*", (Prefix("har"),)),
        ("HAR*", (Prefix("har"),)),
        ("h*", (Word("h"),)),
        ("*", ()),
        ("well-kno*", (All((Word("well"), Prefix("kno"))),)),
        ("#Tag", (Mark("#tag"),)),
        ("#123", (Word("123"),)),
        ("@Bob.Smith", (Mark("@bob.smith"),)),
        ("bob@example.org", (Phrase(("bob", "example", "org")),)),
        ("from:Bob", (Person("from", "bob"),)),
        ("FROM:@bob", (Person("from", "bob"),)),
        ('from:"User  Name" x', (Person("from", "user name"), Word("x"))),
        ('-to:"me', (Not(Person("to", "me")),)),
        ('from: "a b"', (Word("from"), Phrase(("a", "b")))),
        ('size:"a b"', (Word("size"), Phrase(("a", "b")))),
        ("to:me", (Person("to", "me"),)),
        ("from:", (Word("from"),)),
        ("lang:ES", (Mark("lang=es"),)),
        ("lang:pt-BR", (Mark("lang=pt"),)),
        ("lang:klingon!", ()),
        ("has:link", (Mark("has=link"),)),
        ("has:wings", ()),
        ("before:2026-11-02", (Until(SECOND_OF_NOVEMBER),)),
        ("after:2026-11-01", (Since(SECOND_OF_NOVEMBER),)),
        ("-before:2026-11-02", (Since(SECOND_OF_NOVEMBER),)),
        ("before:2026-02-30", ()),
        ("after:9999-12-31", ()),
        ("a OR before:2026-11-02", (Word("a"), Until(SECOND_OF_NOVEMBER))),
        ("size:large", (Phrase(("size", "large")),)),
        ("\u6771\u4eac", (Word("\u6771\u4eac"),)),
        ("\u6771\u4eac\u90fd", (Phrase(("\u6771\u4eac", "\u4eac\u90fd")),)),
        ("\u732b", (Prefix("\u732b"),)),
        ("\uff03tag\u3000\uff20bob", (Mark("#tag"), Mark("@bob"))),
        ("\u201ca phrase\u201d", (Phrase(("a", "phrase")),)),
    ],
)
def test_what_is_typed_is_read_as(text: str, parts: tuple[Part, ...]) -> None:
    query = parse(text)
    assert query.parts == parts
    assert query.text == text


def test_days_begin_when_they_do_where_the_reader_lives() -> None:
    (part,) = parse("before:2026-11-02", "America/New_York").parts
    assert part == Until(datetime(2026, 11, 2, 5, tzinfo=UTC))
    (part,) = parse("after:2026-07-01", "Europe/Madrid").parts
    assert part == Since(datetime(2026, 7, 1, 22, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("harbour", ()),
        ("x" * (LONGEST_QUERY + 1), (Note.TOO_LONG,)),
        (" ".join(f"word{number}" for number in range(MOST_PARTS + 1)), (Note.TOO_MANY,)),
        ('"' + "a " * (MOST_IN_PHRASE + 1) + '"', (Note.TOO_MANY,)),
        ("h*", (Note.SHORT_PREFIX,)),
        ("word " * 50, ()),
    ],
)
def test_what_is_left_out_of_account_is_noted(text: str, notes: tuple[Note, ...]) -> None:
    assert parse(text).notes == notes


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("harbour from:bob lang:es has:link before:2026-11-02", ()),
        ("before:yesterday x", (Problem("before", "yesterday"),)),
        ("AFTER:2026-13-45", (Problem("after", "2026-13-45"),)),
        ("-has:image", (Problem("has", "image"),)),
        ("lang:xx lang:english", (Problem("lang", "xx"), Problem("lang", "english"))),
        ("after:9999-12-31", (Problem("after", "9999-12-31"),)),
        ("from:@", (Problem("from", "@"),)),
        ("time:now https://example.org", ()),
    ],
)
def test_operators_without_a_known_value_are_named(text: str, problems: tuple[Problem, ...]) -> None:
    assert parse(text).problems == problems


def test_people_who_do_not_exist_are_named() -> None:
    query = parse("from:bob -to:nobody from:me")
    assert query.resolved({"bob": 2, "me": 1}).problems == (Problem("to", "nobody", Reason.NOBODY),)


def test_names_become_numbers_wherever_they_stand() -> None:
    query = parse("from:bob -to:me from:carol OR from:dora x")
    assert query.names() == {"bob", "me", "carol", "dora"}
    resolved = query.resolved({"bob": 2, "me": 1, "dora": 4})
    assert resolved.parts == (
        Mark("from=2"), Not(Mark("to=1")), Either((Mark("from=0"), Mark("from=4"))), Word("x")
    )  # fmt: skip


@pytest.mark.parametrize(
    ("question", "text", "marked"),
    [
        ("cafe", "Ein Caf\u00e9, CAF\u00c9!", ["Caf\u00e9", "CAF\u00c9"]),
        ("strasse", "Stra\u00dfe", ["Stra\u00dfe"]),
        ("cafe", "Cafe\u0301 noir", ["Cafe\u0301"]),
        ("nothing", "Ein Caf\u00e9", []),
        ("-cafe ein", "Ein Caf\u00e9", ["Ein"]),
        ('"frozen lake"', "a frozen lake, frozen", ["frozen lake"]),
        ("fro* la*", "a frozen lake", ["frozen", "lake"]),
        ("#tag", "a tag #Tag", ["#Tag"]),
        ("@bob", "bob and @bob", ["@bob"]),
        ("\u4eac\u30bf\u30ef", "\u6771\u4eac\u30bf\u30ef\u30fc", ["\u4eac\u30bf\u30ef"]),
        ("\u30ef", "\u6771\u4eac\u30bf\u30ef\u30fc", ["\u30ef"]),
        ("\u30ef\u30fc \u6771\u4eac", "\u6771\u4eac\u30bf\u30ef\u30fc", ["\u6771\u4eac", "\u30ef\u30fc"]),
        ("from:bob x OR y", "x z y", ["x", "y"]),
        ("a<b", "a<b", ["a<b"]),
    ],
)
def test_the_words_that_were_looked_for_are_found_in_the_text(question: str, text: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in parse(question).highlights(text)] == marked


@pytest.mark.parametrize("seed", range(200))
def test_whatever_is_typed_is_read_within_the_limits(seed: int) -> None:
    chosen = random.Random(seed)  # noqa: S311  texts, not secrets
    text = "".join(chosen.choices(PIECES, k=chosen.randrange(1, 60)))
    query = parse(text, "Asia/Tokyo")
    assert len(query.parts) <= MOST_PARTS
    for leaf in (leaf for part in query.parts for leaf in leaves(part)):
        if isinstance(leaf, Phrase):
            assert 2 <= len(leaf.terms) <= MOST_IN_PHRASE
        for term in leaf.terms if isinstance(leaf, Phrase) else [leaf.term] if isinstance(leaf, Word | Prefix) else []:
            assert term
            assert len(term) <= 64
            assert not any(character.isspace() for character in term)
        if isinstance(leaf, Mark):
            assert not any(character.isspace() for character in leaf.text)
    assert not any(isinstance(leaf, Person) for leaf in query.resolved({}).leaves())
    for start, end in query.highlights(text):
        assert 0 <= start < end <= len(text)
    assert parse(text, "Asia/Tokyo") == query
    assert Query(query.parts) == Query(query.parts, (), "another text")
